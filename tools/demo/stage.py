"""One incident on the stage: acts over the public API, told as the timeline tells them, also through restarts."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2

from adapters.cli.verbs import RESOURCES
from domain.acts import Act, Report, SummaryContent
from tools.demo.english import in_english
from tools.demo.telling import Said, Teller

PATIENCE_SECONDS = 120
LOOK_SECONDS = 0.4
_PENDING = (202, 429, 502, 503, 504)
View = dict[str, Any]


class Missing(Exception):
    """The story did not go as the policy says; the text names what is missing."""


class World:
    """The running system: its addresses, everybody's token, and a run's own idempotency keys."""

    def __init__(self, run: View, teller: Teller, run_id: str, pace: float) -> None:
        """Take what `run.json` tells, who tells the story, and the pause between acts (seconds)."""
        self.run = run
        self.teller = teller
        self.pace = pace
        self._run_id = run_id
        self._count = 0
        self._names: dict[str, str] = {}
        self._client = httpx2.AsyncClient(base_url=f"{run['api']}/api/v1", timeout=10, trust_env=False)

    def written(self, content: Act | Report | SummaryContent) -> View:
        """Return what is sent, in the language of the story."""
        body: View = content.model_dump(mode="json", exclude_none=True)
        return self.written_down(body)

    def written_down(self, body: View) -> View:
        """Return a body in the language of the story."""
        return body if self.teller.is_chinese else in_english(body)

    def key(self) -> str:
        """Return the key of one act; all tries of it carry the same."""
        self._count += 1
        return f"demo-{self._run_id}-{self._count}"

    async def meet(self) -> None:
        """Learn everybody's name in the language of the story."""
        answer = await self.ask(next(iter(self.run["tokens"])), "GET", "/company/people")
        self._names = {person["id"]: person["name"] for person in answer.json()}

    def name(self, person: str) -> str:
        """Return a person's name."""
        return self._names.get(person, person)

    async def ask(self, person: str, method: str, path: str, **options: Any) -> httpx2.Response:
        """Ask until somebody answers: what is away or pending is asked again, with the same key."""
        headers = {
            "Authorization": f"Bearer {self.run['tokens'][person]['token']}",
            "Accept-Language": self.teller.language,
            **options.pop("headers", {}),
        }
        end = time.monotonic() + PATIENCE_SECONDS
        was_away = False
        while True:
            response: httpx2.Response | None = None
            try:
                response = await self._client.request(method, path, headers=headers, **options)
            except httpx2.TransportError as error:
                reason = type(error).__name__
            else:
                reason = str(response.status_code)
            if response is not None and response.status_code not in _PENDING:
                return response
            if time.monotonic() > end:
                raise Missing(f"{method} {path}: {reason}")
            if not was_away:
                self.teller.aside(
                    Said(
                        f"没有应答（{reason}）：用同一幂等键重试……", f"no answer ({reason}): again, with the same key …"
                    )
                )
            was_away = True
            await asyncio.sleep(1)


class Stage:
    """One incident and what was told of it so far."""

    def __init__(self, world: World, number: str) -> None:
        """Begin after the report."""
        self.world = world
        self.number = number
        self.clauses: set[str] = set()
        self.kinds: Counter[str] = Counter()
        self._told = 0

    @classmethod
    async def open(cls, world: World, person: str, report: Report) -> "Stage":
        """Report an anomaly."""
        body = world.written(report)
        answer = await world.ask(person, "POST", "/incidents", json=body, headers={"Idempotency-Key": world.key()})
        if not answer.is_success:
            raise Missing(answer.text)
        stage = cls(world, str(answer.json()["number"]))
        await stage.tell()
        return stage

    async def act(self, person: str, act: Act, *, or_by_clock: bool = False) -> None:
        """Do something; ``or_by_clock`` where a limit may have done it before, as after a restart."""
        answer = await self._post(person, act)
        if answer.is_success:
            await self.tell()
            await asyncio.sleep(self.world.pace)
            return
        if not (or_by_clock and answer.json().get("code") == "wrong-phase"):
            raise Missing(f"{act.name} ({person}): {answer.json().get('detail')}")
        self.world.teller.aside(Said("时限先到，系统已代为执行。", "The limit came first; the system has done it."))
        await self.tell()

    async def refused(self, person: str, act: Act, code: str) -> None:
        """Try something that the policy forbids, and see that it is."""
        answer = await self._post(person, act)
        problem = answer.json()
        if answer.is_success or problem.get("code") != code:
            raise Missing(f"{act.name} ({person}) should have been refused as {code}: {answer.text[:300]}")
        self.world.teller.refusal(self.world.name(person), problem)
        await asyncio.sleep(self.world.pace)

    async def library(self, person: str, path: str, body: View) -> View:
        """Do something to the library of runbooks; raises Missing."""
        answer = await self.world.ask(person, "POST", path, json=body)
        if not answer.is_success:
            raise Missing(f"{path} ({person}): {answer.text[:300]}")
        made: View = answer.json()
        return made

    async def _post(self, person: str, act: Act) -> httpx2.Response:
        path = f"/incidents/{self.number}/{RESOURCES[type(act)]}"
        body = self.world.written(act)
        return await self.world.ask(person, "POST", path, json=body, headers={"Idempotency-Key": self.world.key()})

    async def view(self) -> View:
        """Return the incident as everybody sees it."""
        answer = await self.world.ask(self._anybody(), "GET", f"/incidents/{self.number}")
        found: View = answer.json()
        return found

    async def until(self, happens: Callable[[View], bool], what: Said, seconds: float = PATIENCE_SECONDS) -> View:
        """Wait, telling what the timeline gains meanwhile; raises Missing."""
        self.world.teller.aside(what)
        end = time.monotonic() + seconds
        while not happens(view := await self.view()):
            if time.monotonic() > end:
                raise Missing(f"{self.world.teller.words(what)} ({view.get('phase')})")
            await self.tell()
            await asyncio.sleep(LOOK_SECONDS)
        await self.tell()
        return view

    async def until_told(self, kind: str, what: Said, times: int = 1) -> None:
        """Wait until the timeline has this many entries of a kind."""
        await self.until(lambda _: self.kinds[kind] >= times, what)

    async def entries(self, after: int = 0) -> list[View]:
        """Return the timeline after an entry."""
        found: list[View] = []
        last: int | None = after
        while last is not None:
            path = f"/incidents/{self.number}/timeline"
            page = (await self.world.ask(self._anybody(), "GET", path, params={"after_seq": last})).json()
            found += page["items"]
            last = page["next_after_seq"]
        return found

    async def tell(self) -> None:
        """Tell what the timeline has gained."""
        for entry in await self.entries(self._told):
            self._told = entry["seq"]
            self.clauses.add(entry["clause"])
            self.world.teller.entry(self.number, entry)
            self.kinds[entry["kind"]] += 1

    async def inbox(self, person: str) -> int:
        """Show the newest message about this incident in somebody's inbox; return how many there are."""
        answer = (await self.world.ask(person, "GET", "/inbox", params={"limit": 100})).json()
        own = [item for item in answer["items"] if item["incident"] == self.number]
        if own:
            self.world.teller.message(self.world.name(person), own[0]["subject"])
        return len(own)

    def _anybody(self) -> str:
        return str(next(iter(self.world.run["tokens"])))
