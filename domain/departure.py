"""Somebody leaves or is disabled while an incident goes on: his open tasks pass on, what he did stays (4.2)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain import events as ev
from domain.activation import dispatched
from domain.awaited import ladders
from domain.clock import backup_of
from domain.company import Role
from domain.direction import lacking
from domain.incident import HANDLING, Incident, Phase


def departed(incident: Incident, person_id: str, now: datetime) -> Sequence[ev.Event]:
    """Return what his leaving makes happen; nothing for whom the incident does not know, or knows to be gone."""
    person = incident.company.person(person_id)
    if incident.is_over or person is None or not person.is_active:
        return []
    commander = _first(incident, _commanders(incident, person_id, now), person_id, incident.commander)
    left = ev.PersonLeft(
        left=person_id,
        deputies=_deputies(incident, person_id, now),
        operator=_first(incident, incident.company.in_order(Role.OPERATOR, now), person_id, incident.operator),
        commander=commander,
        lacking=_lacking(incident, person_id, commander),
        questions=[item.question for item in ladders(incident) if any(person_id in rung.people for rung in item.rungs)],
    )
    return [left, *_backup(incident, person_id, now), *_gap(incident, person_id)]


def _deputies(incident: Incident, person_id: str, now: datetime) -> list[str]:
    """Return whoever he named to act for him and who is active."""
    named = [item.deputy for item in incident.company.in_force(now) if item.principal == person_id]
    return [person.id for person in incident.company.people if person.is_active and person.id in named]


def _commanders(incident: Incident, person_id: str, now: datetime) -> list[str]:
    """Return who takes over the command: his named deputy, then the director, then whoever stands above or below.

    Nobody who is on leave while another of them is there (4.2).
    """
    company = incident.company
    director = [*company.in_order(Role.IT_DIRECTOR, now), *company.deputies(Role.IT_DIRECTOR, now)]
    managers = [*company.in_order(Role.IT_MANAGER, now), *company.deputies(Role.IT_MANAGER, now)]
    people = [*_deputies(incident, person_id, now), *director, *managers, *incident.group_members]
    return sorted(people, key=lambda person: not company.is_here(person, now))


def _first(incident: Incident, people: Iterable[str], left: str, before: str | None) -> str | None:
    """Return who comes after somebody, where it is he who left."""
    if before != left:
        return None
    active = {person.id for person in incident.company.people if person.is_active} - {left}
    return next((person for person in people if person in active), None)


def _lacking(incident: Incident, person_id: str, commander: str | None) -> int:
    """Return how many the group lacks of its minimum without him, where he was in it and it still commands (5.2.9)."""
    if person_id not in incident.group_members or incident.phase != Phase.GROUP_HANDLING:
        return 0
    group = {*incident.group_members, *([commander] if commander else [])} - {person_id}
    return lacking(incident, group)


def _backup(incident: Incident, person_id: str, now: datetime) -> list[ev.Event]:
    """Send somebody else in place of a responder who has not arrived (R20)."""
    responder = incident.responder(person_id)
    if responder is None or not responder.is_awaited or incident.phase not in HANDLING:
        return []
    backup = backup_of(incident, person_id, now)
    if backup is None:
        return [ev.GapFound(post=responder.role, cited="4.2")]
    return [dispatched(incident, backup, responder.role, now, replaces=person_id)]


def _gap(incident: Incident, person_id: str) -> list[ev.Event]:
    """Say it when no specialist is left (3.3)."""
    return [ev.GapFound(post=Role.EMERGENCY_SPECIALIST)] if incident.specialists == [person_id] else []
