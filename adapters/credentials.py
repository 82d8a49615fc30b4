"""Whose token, key or session is shown: asked of the database each time, of a short memory while that is away."""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from adapters.settings import Settings
from adapters.store.database import Database, DatabaseAway
from adapters.store.keys import Key, Kind, SqlKeys
from adapters.store.sessions import Session, SqlSessions
from domain.accounts import Feed, Scope
from domain.company import Person

PREFIX = "fgs_"
REMEMBERED = timedelta(minutes=15)
_MOST_REMEMBERED = 10_000
_PAUSE = timedelta(seconds=5)
_NOTED_EVERY = timedelta(minutes=1)
_ALERTS = ""
R = TypeVar("R", Key, Session)
Clock = Callable[[], datetime]


class Way(StrEnum):
    """How somebody shows who he is."""

    FIXED = "fixed"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    MACHINE = "machine"
    SESSION = "session"


class HeldOnce(Exception):
    """A token or key that was revoked, or has ended; ``key`` says whose it was."""

    def __init__(self, key: Key) -> None:
        """Keep what it was."""
        super().__init__(key.id)
        self.key = key


class Caller(NamedTuple):
    """Who asks, by which way, and what that way is good for; ``person`` is None for an alert source.

    ``systems`` are those that an alert source is limited to; none of them means all.
    """

    person: str | None
    way: Way
    scopes: frozenset[str] = frozenset(Scope)
    id: str = ""
    must_change: bool = False
    systems: frozenset[str] = frozenset()


def digest(secret: str) -> str:
    """Return under what a secret is kept; it is random and long, so that one round is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Keyring:
    """The fixed tokens of the environment, as digests only."""

    def __init__(self, settings: Settings) -> None:
        """Digest all tokens; the empty id stands for alert sources."""
        held = {person: token.get_secret_value() for person, token in settings.tokens.items()}
        if settings.alert_token:
            held[_ALERTS] = settings.alert_token.get_secret_value()
        self._digests = {holder: digest(token) for holder, token in held.items()}

    def holder(self, token: str) -> Caller | None:
        """Return whose token it is; every digest is compared, in constant time."""
        shown = digest(token)
        found = None
        for holder, kept in self._digests.items():
            if hmac.compare_digest(shown, kept):
                found = holder
        if found is None:
            return None
        return Caller(found, Way.FIXED) if found != _ALERTS else Caller(None, Way.FIXED, frozenset({Feed.ALERTS}))


class Memory:
    """What the database said last, for a short while."""

    def __init__(self, clock: Clock) -> None:
        """Remember nothing yet."""
        self._clock = clock
        self._held: OrderedDict[str, tuple[datetime, Any]] = OrderedDict()
        self._ask_again: datetime | None = None

    async def ask(self, mark: str, find: Callable[[str], Awaitable[R | None]]) -> R | None:
        """Ask the database, or with it away the memory; DatabaseAway when that knows nothing either."""
        if self._ask_again is None or self._clock() >= self._ask_again:
            try:
                found = await find(mark)
            except DatabaseAway:
                self._ask_again = self._clock() + _PAUSE
            else:
                self._ask_again = None
                self.keep(mark, found)
                return found
        held = self._held.get(mark)
        if held is None or self._clock() - held[0] > REMEMBERED:
            raise DatabaseAway("what it said last is too long ago")
        kept: R = held[1]
        return kept

    def keep(self, mark: str, found: Key | Session | None) -> None:
        """Remember what was found; forget what is no more."""
        self._held.pop(mark, None)
        if found is not None:
            self._held[mark] = (self._clock(), found)
        if len(self._held) > _MOST_REMEMBERED:
            self._held.popitem(last=False)

    def touch(self, mark: str, found: Key | Session) -> None:
        """Note the newest use without having asked."""
        if mark in self._held:
            self._held[mark] = (self._held[mark][0], found)


class Credentials:
    """Everything by which somebody can show who he is."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        """Ask nothing yet."""
        self.sessions = SqlSessions(database)
        self.keys = SqlKeys(database)
        self.idle = timedelta(minutes=settings.session_idle_minutes)
        self._longest = timedelta(hours=settings.session_hours)
        self._secret = settings.secret.get_secret_value().encode()
        self._keyring = Keyring(settings)
        self._memory = Memory(clock)
        self._clock = clock

    async def by_token(self, token: str) -> Caller | None:
        """Return who shows a token or key; raise HeldOnce, and DatabaseAway when that cannot be known now."""
        if fixed := self._keyring.holder(token):
            return fixed
        if not token.startswith(PREFIX):
            return None
        mark = digest(token)
        key = await self._memory.ask(mark, self.keys.find)
        if key is None:
            return None
        if not key.holds_at(self._clock()):
            raise HeldOnce(key)
        await self._used(mark, key, self.keys.used)
        is_machine = key.kind == "machine"
        return Caller(
            None if is_machine else key.owner,
            Way.MACHINE if is_machine else Way.TOKEN,
            frozenset(key.scopes),
            key.id,
            systems=frozenset(key.systems),
        )

    async def by_session(self, secret: str) -> Caller | None:
        """Return whose browser it is; raise DatabaseAway when that cannot be known now."""
        mark = digest(secret)
        session = await self._memory.ask(mark, self.sessions.find)
        now = self._clock()
        if session is None or now >= session.ends_at or now >= session.used_at + self.idle:
            return None
        await self._used(mark, session, self.sessions.used)
        return Caller(session.person, Way.SESSION, frozenset(Scope), session.id, session.must_change)

    async def open(self, person: Person, *, way: str, address: str, agent: str, must_change: bool = False) -> str:
        """Start a session and return its secret id; raise DatabaseAway."""
        secret, now = secrets.token_urlsafe(32), self._clock()
        session = Session(
            id=secrets.token_hex(8),
            person=person.id,
            way=way,
            address=address,
            agent=agent,
            must_change=must_change,
            created_at=now,
            used_at=now,
            ends_at=now + self._longest,
        )
        await self.sessions.open(session, digest(secret), self.idle)
        self._memory.keep(digest(secret), session)
        return secret

    async def issue(
        self,
        kind: Kind,
        owner: str,
        name: str,
        scopes: list[str],
        *,
        by: str,
        ends_at: datetime | None,
        systems: Sequence[str] = (),
    ) -> tuple[Key, str]:
        """Make a token or key; its secret is told this once; raise DatabaseAway."""
        secret = PREFIX + secrets.token_urlsafe(32)
        key = Key(
            id=secrets.token_hex(8),
            kind=kind,
            owner=owner,
            name=name,
            scopes=scopes,
            systems=[*systems],
            created_at=self._clock(),
            created_by=by,
            ends_at=ends_at,
        )
        await self.keys.add(key, digest(secret))
        return key, secret

    def csrf(self, session_id: str) -> str:
        """Return what a page of this session sends along with everything that changes something."""
        return hmac.new(self._secret, f"fengsui.csrf:{session_id}".encode(), hashlib.sha256).hexdigest()

    async def _used(self, mark: str, found: R, note: Callable[[str, datetime], Awaitable[None]]) -> None:
        now = self._clock()
        used_at: datetime | None = found.used_at
        if used_at is not None and now - used_at < _NOTED_EVERY:
            return
        self._memory.touch(mark, found.model_copy(update={"used_at": now}))
        with suppress(DatabaseAway):
            await note(mark, now)
