"""Article 5.3.5: first-hand material and fault logs are collected and protected; files come by their digest alone."""

from collections.abc import Iterator, Sequence

from domain import acts
from domain import events as ev
from domain.decide import MOST, SKEW, Case, decides
from domain.errors import Conflict, Incomplete, InTheFuture, Unknown
from domain.exhibit import Exhibit
from domain.incident import Incident
from domain.text import N_, excerpt

LONGEST_REASON = 500


@decides(acts.AddEvidence)
def add_evidence(case: Case[acts.AddEvidence]) -> Sequence[ev.Event]:
    """Take a file into the record; what it corrects or completes stays as it was (R21)."""
    act = case.act
    if act.collected_at and act.collected_at > case.now + SKEW:
        raise InTheFuture(N_("It cannot have happened in the future."), clause="5.3.5", field="collected_at")
    given = act.model_dump(exclude={"kind"})
    return [ev.EvidenceAdded(record=act.kind, **given)]


@decides(acts.CollectEvidence)
def collect_evidence(case: Case[acts.CollectEvidence]) -> Sequence[ev.Event]:
    """Fetch fault logs by the system's collectors; one collection at a time (5.3.5)."""
    incident, wanted = case.incident, case.act.collector
    known = collectors(incident)
    if not known:
        raise Incomplete(N_("The affected system has no collectors."), clause="5.3.5")
    if wanted is not None and wanted not in known:
        raise Unknown(
            N_("The system has no collector “{collector}”."), clause="5.3.5", field="collector", collector=wanted
        )
    if incident.collecting:
        raise Conflict(
            N_("A collection is under way: {collectors}."), clause="5.3.5", collectors=", ".join(incident.collecting)
        )
    if incident.collection >= MOST:
        raise Conflict(N_("One incident holds at most {most} of these."), clause="5.3.5", most=MOST)
    return list(_begun(incident, known if wanted is None else [wanted]))


def collectors(incident: Incident) -> list[str]:
    """Return the ids of the collectors of the affected system."""
    system = incident.affected_system
    return [collector.id for collector in system.collectors] if system else []


def on_activation(incident: Incident) -> Iterator[ev.Event]:
    """Yield what is fetched by itself as soon as it is an emergency."""
    if incident.collection < MOST:
        yield from _begun(incident, collectors(incident))


def _begun(incident: Incident, wanted: list[str]) -> Iterator[ev.Event]:
    if wanted:
        yield ev.CollectionBegun(collection=incident.collection + 1, collectors=wanted)


def collected(
    incident: Incident, collection: int, collector: str, exhibit: Exhibit | None, reason: str
) -> Sequence[ev.Event]:
    """Return what a collector's answer means; what was fetched is recorded even when nobody waits for it any more."""
    is_awaited = collection == incident.collection and collector in incident.collecting
    if incident.is_over:
        return []
    if exhibit is not None:
        given = exhibit.model_dump()
        return [ev.EvidenceAdded(record="fault_log", collector=collector, collection=collection, **given)]
    failed = ev.CollectionFailed(
        collection=collection, collector=collector, reason=excerpt(reason or "?", LONGEST_REASON)
    )
    return [failed] if is_awaited else []
