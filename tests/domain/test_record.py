"""R21, 5.3.5 and I4, I6: the chained timeline, its fold, and commands that are carried out once."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import acts, clock, procedure, reopening
from domain import events as ev
from domain.casefile import REMEMBERED, CaseFile
from domain.clauses import CLAUSES
from domain.company import Role
from domain.departure import departed
from domain.entry import GENESIS, Entry, first_break
from domain.errors import CommandReused, Conflict, StaleVersion, WrongPhase
from domain.fold import fold
from domain.incident import Incident
from domain.policy import Severity
from tests import cast
from tests.domain import stage
from tests.domain.stage import Stage
from tests.domain.test_drill import whole_course

TIMELINE = whole_course().timeline
Tamper = Callable[[list[Entry], int], list[Entry]]


def comparable(incident: Incident) -> dict[str, object]:
    """The state without the commands: those are not part of the timeline."""
    return incident.model_dump(exclude={"handled"})


# ── the chain ─────────────────────────────────────────────────────────────────


def test_a_whole_course_verifies_from_its_genesis() -> None:
    assert first_break(TIMELINE) is None
    assert TIMELINE[0].prev_hash == GENESIS
    assert [entry.seq for entry in TIMELINE] == list(range(1, len(TIMELINE) + 1))


def test_versions_have_no_gaps_and_grow_only_by_what_counts() -> None:
    version = 0
    for entry in TIMELINE:
        version += entry.event.counts
        assert entry.version == version


def _text_changed(entries: list[Entry], at: int) -> list[Entry]:
    changed = entries[at].model_copy(update={"clause": entries[at].clause + "0"})
    return [*entries[:at], changed, *entries[at + 1 :]]


def _resealed(entries: list[Entry], at: int) -> list[Entry]:
    """Whoever changes an entry and its hash still breaks the next one."""
    changed = _text_changed(entries, at)
    return [*changed[:at], changed[at].sealed(), *changed[at + 1 :]]


def _deleted(entries: list[Entry], at: int) -> list[Entry]:
    return entries[:at] + entries[at + 1 :]


def _swapped(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], entries[at + 1], entries[at], *entries[at + 2 :]]


def _inserted(entries: list[Entry], at: int) -> list[Entry]:
    return [*entries[:at], entries[at], *entries[at:]]


@pytest.mark.parametrize("tamper", [_text_changed, _resealed, _deleted, _swapped, _inserted])
@given(at=st.integers(0, len(TIMELINE) - 3))
def test_a_changed_deleted_swapped_or_inserted_entry_is_named(tamper: Tamper, at: int) -> None:
    fault = first_break(tamper(TIMELINE, at))
    named = at + 2 if tamper in (_resealed, _inserted) else at + 1
    assert fault is not None
    assert fault.startswith(f"entry {named} ")


@given(st.integers(0, len(TIMELINE) - 1), st.randoms(use_true_random=False))
def test_one_flipped_byte_is_found(at: int, chance: random.Random) -> None:
    body = bytearray(TIMELINE[at].model_dump_json().encode())
    place = chance.randrange(len(body))
    body[place] ^= 1 << chance.randrange(7)
    try:
        flipped = Entry.model_validate_json(bytes(body))
    except ValueError:
        return  # it is not an entry any more
    if flipped != TIMELINE[at]:
        assert first_break([*TIMELINE[:at], flipped, *TIMELINE[at + 1 :]]) is not None


def test_digests_are_the_same_after_a_round_trip_through_json() -> None:
    back = [Entry.model_validate_json(entry.model_dump_json()) for entry in TIMELINE]
    assert [entry.digest() for entry in back] == [entry.hash for entry in TIMELINE]
    assert first_break(back) is None
    assert back == TIMELINE


def _everything_that_can_happen() -> list[Entry]:
    contested = stage.dismissed()
    contested.do(cast.OPERATOR, acts.Contest(reason="确实故障"))
    contested.do(cast.DIRECTOR, stage.NOT_EMERGENCY)
    contested.wait(hours=24)
    other = stage.department(company_=cast.company(people=[p for p in cast.company().people if "spec" not in p.id]))
    other.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.II, reason="扩大"))
    other.do(cast.MANAGER, acts.ReportToDirector(text="仍未解决"))
    other.note(*clock.overdue_arrival(other.incident, cast.TECHNICIAN, 1, other.now))
    other.do(cast.TECHNICIAN, acts.CheckIn())
    other.do(cast.MANAGER, acts.StandDown(responder=cast.TECHNICIAN, reason="够了"))
    other.do(cast.OPERATOR, acts.RecordStep(step=cast.STEPS[0], result="done"))
    other.do(cast.OPERATOR, acts.Record(kind="observation", text="风扇"))
    other.do(cast.MANAGER, acts.Acknowledge(question="activation"))
    other.note(ev.ReportRepeated(source="zabbix", text="又报"), ev.AlertResolved(source="zabbix", text="恢复"))
    other.file.refuse(other.command(cast.OPERATOR, acts.Close()), Conflict("不行", clause="6.2"), other.now)
    other.note()
    slow = stage.on_site()
    slow.note(*clock.arrival_at_risk(slow.incident, cast.TECHNICIAN, 1))
    slow.note(ev.PersonLeft(left=cast.TECHNICIAN))
    read = stage.summary()
    read.do(cast.SPECIALIST, stage.SUMMARY)
    read.do(cast.DIRECTOR, acts.ReadSummary(version=1))
    late = stage.summary()
    late.wait(hours=24 * 8)
    begun = stage.complete()
    begun.note(ev.MeasuresOpened(summary_version=1, measures=["M-7K3Q9-DXMB2-1"]))
    beside = (*_beside_the_way(), _handled(), _worked())
    scenes = (*beside, contested, other, slow, read, late, begun, stage.withdrawn(), stage.closed())
    return [*TIMELINE, *(entry for scene in scenes for entry in scene.timeline)]


def _handled() -> Stage:
    """Whatever a group can do and be told (5.3)."""
    group = stage.group()
    group.do(cast.MANAGER, acts.AddMember(member=cast.SUPERVISOR))
    group.do(cast.OPERATOR, acts.GiveInformation(text="新情况"))
    group.do(cast.MANAGER, acts.AcknowledgeInformation(information=1))
    group.do(cast.OPERATOR, acts.RaiseFinding(text="手册没有"))
    group.do(cast.TECHNICIAN, acts.ProposeMeasure(finding=1, text="换"))
    group.do(cast.MANAGER, acts.DecideMeasure(finding=1, approve=True))
    group.do(cast.TECHNICIAN, acts.CarryOutMeasure(finding=1, text="换好"))
    group.do(cast.OPERATOR, acts.RaiseFinding(text="手册也没有"))
    group.do(cast.MANAGER, acts.AssignAnalysis(finding=2, technicians=[cast.SECOND_TECHNICIAN]))
    group.do(cast.MANAGER, acts.GiveOrder(department=cast.FINANCE, text="暂停"))
    group.do(cast.FINANCE_HEAD, acts.AnswerOrder(order=1, answer="objected", text="结算未完成"))
    group.do(cast.MANAGER, acts.SettleOrder(order=1, course="uphold", reason="可后补"))
    group.do(cast.FINANCE_HEAD, acts.AnswerOrder(order=1, answer="acknowledged"))
    group.do(cast.MANAGER, acts.OfferCommand(to=cast.TECHNICIAN, reason="换班"))
    group.do(cast.TECHNICIAN, acts.AcceptCommand())
    group.do(cast.SPECIALIST, stage.EVIDENCE)
    group.note(ev.CollectionBegun(collection=1, collectors=["app-log"]))
    group.note(ev.CollectionFailed(collection=1, collector="app-log", reason="HTTP 503"))
    group.do(cast.DIRECTOR, stage.PLAN)
    group.do(cast.TECHNICIAN, acts.RecordPlanStep(version=1, step="freeze", result="done"))
    group.do(cast.GENERAL_MANAGER, acts.DecidePlan(version=1, decision="rejected", reason="险"))
    group.do(cast.DIRECTOR, acts.SettlePlan(version=1, course="stand_down", reason="不做"))
    group.wait(60)
    return group


def _beside_the_way() -> list[Stage]:
    """Major later, reopened, told early and late, linked, told to regulators."""
    scene = stage.group(stage.START, policy_=cast.policy(regulators=cast.regulators()))
    scene.do(cast.DIRECTOR, acts.DecideMajor(is_major=True, reason="扩大"))
    scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.I, reason="扩大"))
    scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.IV, reason="缩小"), post=Role.COMMANDER)
    scene.do(cast.MANAGER, acts.ChangeSeverity(severity=Severity.I, reason="又扩大"))
    scene.wait(hours=5)
    scene.do(cast.SPECIALIST, acts.FileStatutoryReport(regulator="cac", sent_to="平台"))
    scene.do(cast.DIRECTOR, acts.WaiveStatutoryReport(regulator="csrc", reason="不适用"))
    scene.do(cast.MANAGER, acts.Link(parent="P", reason="同因"))
    scene.do(cast.MANAGER, acts.Unlink(reason="不同因"))
    scene.do(cast.MANAGER, acts.Link(parent="Q", reason="同因"))
    scene.note(*reopening.refused_by_parent(scene.incident, "Q", "is over"))
    for told_as, is_linked in ((3, True), (5, False)):
        scene.note(
            *reopening.told_of_child(scene.incident, "C", told_as, title="行情", reason="同因", is_linked=is_linked)
        )
    stage.summary(scene)
    scene.wait(hours=24 * 4)
    scene.do(cast.SPECIALIST, stage.PRELIMINARY)
    scene.do(cast.MANAGER, acts.Reopen(reason="又出现"))
    return [scene]


def _worked() -> stage.Stage:
    """A runbook whose steps have everything that steps can have."""
    look, restart, switch = cast.STEPS
    worked = stage.activated(company_=cast.worked_company())
    worked.wait(5)
    for step in (look, restart):
        worked.do(cast.MANAGER, acts.DecideStep(step=restart, approve=True)) if step == restart else None
        worked.do(cast.OPERATOR, acts.RecordStep(step=step, result="done"))
    worked.do(cast.OPERATOR, acts.RunStep(step=switch))
    worked.note(*procedure.step_ran(worked.incident, switch, 1, procedure.Ran("unclear"), worked.now))
    return worked


def test_the_fold_reads_events_only() -> None:
    """Whoever checks the record has neither the company nor the policy of that day."""
    worked = _worked()
    group = stage.group(company_=cast.worked_company())
    group.do(cast.MANAGER, acts.OfferCommand(to=cast.TECHNICIAN, reason="换班"))
    group.do(cast.TECHNICIAN, acts.AcceptCommand())
    left = stage.on_site()
    left.note(*departed(left.incident, cast.TECHNICIAN, left.now))
    for scene in (worked, stage.closed(group), left):
        number: dict[str, Any] = {"number": scene.incident.number}
        bare = fold(Incident.model_construct(**number), scene.timeline)
        assert bare.view() == scene.incident.view()


def test_every_kind_of_event_keeps_its_type_and_digest_in_json() -> None:
    entries = {entry.event.kind: entry for entry in _everything_that_can_happen()}
    assert set(entries) == set(ev.EVENTS)
    for kind, entry in entries.items():
        back = Entry.model_validate_json(entry.model_dump_json())
        assert type(back.event) is ev.EVENTS[kind]
        assert back.digest() == entry.hash
        assert entry.clause in CLAUSES


def test_a_field_that_a_later_release_adds_changes_no_old_digest() -> None:
    class LaterClosed(ev.Closed):
        remark: str | None = None
        pages: list[str] = []

    class LaterEntry(Entry):
        place: str | None = None
        event: LaterClosed

    old = TIMELINE[-1]
    assert isinstance(old.event, ev.Closed)
    later = LaterEntry.model_validate_json(old.model_dump_json())
    assert later.digest() == old.hash
    assert later.model_copy(update={"place": "主机房"}).digest() != old.hash


def test_a_field_of_a_newer_release_is_ignored_when_read() -> None:
    body = TIMELINE[-1].model_dump_json()[:-1] + ', "mood": "good"}'
    assert Entry.model_validate_json(body) == TIMELINE[-1]


# ── the fold ──────────────────────────────────────────────────────────────────


def test_state_is_the_fold_of_the_timeline_at_every_entry() -> None:
    scene = whole_course()
    assert comparable(fold(scene.blank, scene.timeline[1:])) == comparable(scene.incident)
    blank = Incident(**{name: getattr(scene.blank, name) for name in ("number", "policy", "company", "calendar")})
    assert comparable(fold(blank, scene.timeline)) == comparable(scene.incident)


def test_the_incident_survives_json() -> None:
    scene = whole_course()
    assert Incident.model_validate_json(scene.incident.model_dump_json()) == scene.incident


def test_what_people_see_leaves_out_what_is_pinned() -> None:
    for shown in (whole_course().incident.view(), whole_course().incident.kept()):
        assert not {"company", "policy", "calendar", "edition", "handled", "contested_verdict_by"} & set(shown)


def test_what_the_record_leaves_out_of_a_view_stands_as_at_the_beginning() -> None:
    for scene in (whole_course(), stage.reported(), stage.withdrawn(), _worked()):
        kept = scene.incident.kept()
        assert set(kept) < set(scene.incident.view())
        pinned = {name: getattr(scene.incident, name) for name in ("policy", "company", "calendar")}
        assert Incident.model_validate({**kept, **pinned}).view() == scene.incident.view()


# ── commands ──────────────────────────────────────────────────────────────────


def test_the_same_command_again_gives_the_same_receipt_and_changes_nothing() -> None:
    scene = stage.judging()
    command = scene.command(cast.MANAGER, stage.EMERGENCY)
    receipt = scene.file.act(command, scene.now)
    before = scene.incident.model_dump()
    for _ in range(100):
        scene.file.check(command, scene.now)
        again = scene.file.act(command, scene.now + timedelta(days=1))
        assert again == receipt.model_copy(update={"is_repeat": True})
    assert scene.incident.model_dump() == before


def test_another_content_under_a_used_command_id_is_refused() -> None:
    scene = stage.judging()
    scene.do(cast.MANAGER, stage.EMERGENCY, command_id="same")
    for person, act in ((cast.MANAGER, stage.NOT_EMERGENCY), (cast.SUPERVISOR, stage.EMERGENCY)):
        scene.refuses(CommandReused, "5.2.2", person, act, command_id="same")


def test_a_repeat_is_answered_after_closure_and_after_the_incident_was_carried_on() -> None:
    scene = stage.complete()
    command = scene.command(cast.MANAGER, acts.Close())
    receipt = scene.file.act(command, scene.now)
    carried = CaseFile(Incident.model_validate_json(scene.incident.model_dump_json()))
    assert carried.act(command, scene.now) == receipt.model_copy(update={"is_repeat": True})


def test_only_so_many_commands_are_remembered() -> None:
    scene = stage.activated()
    for _ in range(REMEMBERED + 10):
        scene.do(cast.OPERATOR, acts.Record(kind="observation", text="·"))
    assert len(scene.incident.handled) == REMEMBERED


def test_a_caller_who_looked_at_an_older_version_is_refused() -> None:
    scene = stage.judging()
    refusal = scene.refuses(StaleVersion, "5.2.2", cast.MANAGER, stage.EMERGENCY, expected_version=7)
    assert refusal.params == {"expected": "7", "current": "1"}
    scene.do(cast.MANAGER, stage.EMERGENCY, expected_version=1)


def test_i6_a_refused_signal_is_recorded_and_changes_nothing_else() -> None:
    scene = stage.judging()
    command = scene.command(cast.OPERATOR, stage.RESOLVED)
    with pytest.raises(WrongPhase) as caught:
        scene.file.act(command, scene.now)
    before = comparable(scene.incident)
    scene.file.refuse(command, caught.value, scene.now)
    [entry] = scene.file.take_fresh()
    assert isinstance(entry.event, ev.Refused)
    assert (entry.person, entry.clause, entry.event.code) == (cast.OPERATOR, "5.2.5", "wrong-phase")
    changed = {"seq", "head_hash"}
    assert {key for key, value in comparable(scene.incident).items() if value != before[key]} == changed
