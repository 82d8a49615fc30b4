"""5.3.5: as soon as it is an emergency, the system's fault logs are fetched; one that fails harms nothing."""

import hashlib

from domain.acts import CollectEvidence, Judge
from domain.errors import Incomplete, WrongPhase
from domain.incident import Phase
from tests import cast
from tests.harness import World
from tests.stories import given

LOG = "2026-11-24 09:58 ORA-00257: archiver error 归档已满\n".encode()


async def test_at_activation_and_on_request(world: World) -> None:
    world.collects_logs()
    world.stage.service.log = LOG
    await given.activated(world)
    digest = hashlib.sha256(LOG).hexdigest()
    [added] = await world.events("evidence_added")
    assert (added.collector, added.file_name, added.digest, added.size) == ("app-log", "app-log.log", digest, len(LOG))
    assert added.media_type == "text/plain"
    [failed] = await world.events("collection_failed")
    assert (failed.collector, failed.reason) == ("tiny-log", "more than 3 bytes")
    incident = await world.snapshot()
    assert (incident.phase, incident.collecting, incident.evidence) == (Phase.OPERATOR_HANDLING, [], 1)
    kept = world.stage.folder / "evidence" / "sha256" / digest[:2] / digest
    assert kept.read_bytes() == LOG

    world.stage.service.is_up = False
    await world.act(cast.TECHNICIAN, CollectEvidence(collector="app-log"))
    [_, again] = await world.events("collection_failed")
    assert (again.collection, again.reason) == (2, "HTTP 503")


async def test_refused_where_there_is_nothing_to_fetch(world: World) -> None:
    await world.open()
    await world.refused(cast.MANAGER, CollectEvidence(), WrongPhase, "5.3.5")
    world.pages.forget()
    await world.act(cast.MANAGER, Judge(verdict="emergency"))
    world.pages.forget()
    await world.refused(cast.MANAGER, CollectEvidence(), Incomplete, "5.3.5")
    assert await world.events("collection_begun") == []
