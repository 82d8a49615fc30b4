"""Whom the claims of the company's OpenID provider mean, and which posts his groups give him."""

from contextlib import suppress
from typing import Any

import structlog

from adapters.store.catalogue import Edit
from api.problems import Case, Denied
from api.services import Services
from api.signin.entry import CLAUSE
from domain.company import Person
from domain.errors import Conflict
from domain.text import N_

_UNKNOWN = Case(403, "unknown-person", N_("The company's directory does not know you, or you are not active there."))
_EMAIL = "email"
_TRIES = 5
_log = structlog.get_logger(__name__)


async def person(ports: Services, claims: dict[str, Any]) -> Person:
    """Return the active person whom the configured claim names; raise Denied."""
    claim = ports.settings.oidc_claim
    value = claims.get(claim)
    found = await (_by_mail(ports, claims) if claim == _EMAIL else ports.snapshots.directory.person(str(value)))
    if value is None or found is None or not found.is_active:
        _log.warning("sign_in_of_unknown_person", claim=claim, value=str(value)[:200])
        raise Denied(_UNKNOWN)
    return found


async def _by_mail(ports: Services, claims: dict[str, Any]) -> Person | None:
    if claims.get("email_verified") is not True:
        return None
    directory = ports.snapshots.directory
    wanted = str(claims.get(_EMAIL)).casefold()
    people = (await directory.company()).people
    same = [item for item in people if (await directory.address(item.id, "mail") or "").casefold() == wanted]
    return same[0] if len(same) == 1 else None


async def take_posts(ports: Services, person: Person, claims: dict[str, Any]) -> None:
    """Give and take the posts that the settings tie to groups; whatever else he holds stays.

    Nobody is let in with posts that he may have lost: raise Conflict when others change him all the while.
    """
    tied = ports.settings.oidc_groups
    if not tied:
        return
    groups = claims.get(ports.settings.oidc_groups_claim)
    named = {group for group in groups if isinstance(group, str)} if isinstance(groups, list) else set()
    given = {str(post) for group in named for post in tied.get(group, [])}
    managed = {str(post) for posts in tied.values() for post in posts}
    for _ in range(_TRIES):
        item = await ports.snapshots.catalogue.get("person", person.id)
        if item is None:
            raise Denied(_UNKNOWN)
        held: list[str] = item.document.get("posts", [])
        posts = [post for post in held if post not in managed or post in given] + sorted(given.difference(held))
        edit = Edit(kind="person", id=person.id, document=item.document | {"posts": posts}, version=item.version)
        reason = ", ".join(sorted(given)) or None
        with suppress(Conflict):
            await ports.snapshots.catalogue.edit([edit], person="system", act="oidc_groups", reason=reason)
            await ports.snapshots.directory.refresh()
            return
    _log.warning("posts_not_taken", person=person.id)
    raise Conflict(N_("Somebody else has changed it meanwhile; look again."), clause=CLAUSE)
