"""Where workers are killed: each scene brings an incident into the middle of a transition, kills, and goes on."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.api.enums.v1 import EventType

from domain import acts
from domain.policy import Policy
from tests import cast
from tests.replay import scenes
from tests.replay.desk import Desk
from tests.resilience.site import Site
from workflows import contract
from workflows.contract import Alert

Play = Callable[[Site], Awaitable[None]]


class Kill(NamedTuple):
    """A scene and the policy it is played under."""

    play: Play
    policy: Policy


KILLS: dict[str, Kill] = {}


def kill(*, short_time: float = 1800, **seconds: float) -> Callable[[Play], Play]:
    """Register a scene; limits in seconds."""
    given = {"observation": 0.5, "probe_interval": 0.4} | seconds
    limits = {name: timedelta(seconds=value) for name, value in given.items()}
    grades = dict.fromkeys(("II", "III"), short_time / 60)

    def register(play: Play) -> Play:
        KILLS[play.__name__] = Kill(play, cast.policy(short_time_limit=grades, **limits))
        return play

    return register


@kill()
async def report_taken(site: Site) -> None:
    """The report is acknowledged, its first workflow task is in hand."""
    desk = site.desk(discovered_at=datetime.now(UTC) - timedelta(minutes=2))
    await desk.open()
    await site.restart()
    await desk.until(lambda incident: incident.phase == "judging")
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"))
    await scenes.finish(desk)


@kill()
async def act_accepted_before_the_record_has_it(site: Site) -> None:
    desk = site.desk()
    await scenes.report(desk)
    with site.locked_database():
        await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"))
        site.kill()
    await site.start()
    await scenes.finish(desk)


@kill()
async def page_in_the_providers_hands(site: Site) -> None:
    """The provider has the page, and nobody is left to hear that it took it."""
    site.provider.hold(lambda path, letter: letter.get("question") == "judgement/1")
    desk = site.desk()
    await desk.open()
    await site.held()
    site.kill()
    site.provider.release()
    await site.start()
    await desk.until(lambda incident: incident.phase == "judging")
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"))
    await scenes.finish(desk)


@kill(page_repeat=4, page_deputies=8, page_director=12, page_everyone=4)
async def repeat_in_the_providers_hands(site: Site) -> None:
    """A repeat hangs at one person's provider, the other person's is recorded; then nobody is left to hear more."""
    site.provider.hold(lambda path, letter: (letter.get("question"), letter.get("call")) == ("judgement/1", 2))
    desk = site.desk()
    await desk.open()
    await site.held()
    await desk.paged("judgement/1", lambda calls: 2 in {call.call for call in calls})
    site.kill()
    site.provider.release()
    await site.start()
    await desk.paged("judgement/1", lambda calls: [call.call for call in calls].count(2) == 2)
    await desk.paged("judgement/1", lambda calls: {1, 2, 3, 4} <= {call.call for call in calls})
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"))
    await scenes.finish(desk)


@kill()
async def probes_running(site: Site) -> None:
    desk = site.desk()
    await scenes.activate(desk)
    site.provider.hold(lambda path, letter: path == "/probe")
    await scenes.resolve(desk)
    await site.held()
    site.kill()
    site.provider.release()
    await site.start()
    await scenes.recover(desk)
    await scenes.summarise(desk)
    await scenes.conclude(desk)


@kill(action_limit=3)
async def automatic_action_under_way(site: Site) -> None:
    """The far side has the action in hand when the worker dies: it is not asked twice, a person decides."""
    site.company = site.company.model_copy(update={"runbooks": [cast.worked_runbook()]})
    desk = site.desk()
    await scenes.activate(desk)
    look, restart, switch = cast.STEPS
    for step in (look, restart):
        await desk.act(cast.OPERATOR, acts.RecordStep(step=step, result="skipped", text="已确认"))
    site.provider.hold(lambda path, letter: path == "/action")
    await desk.act(cast.OPERATOR, acts.RunStep(step=switch))
    await site.held()
    site.kill()
    site.provider.release()
    await site.start()
    await desk.until(lambda incident: incident.work_on(switch).is_unclear)
    assert site.provider.asked.count("/action") == 1
    await desk.act(cast.OPERATOR, acts.RecordStep(step=switch, result="done", text="已查看，服务已重启"))
    await scenes.finish(desk)
    assert site.provider.asked.count("/action") == 1


@kill(short_time=3)
async def short_time_limit_passes(site: Site) -> None:
    desk = site.desk()
    await scenes.activate(desk)
    await desk.act(cast.OPERATOR, acts.ReportUnresolved(text="未解决"))
    await site.seen("TIMER_FIRED")
    await site.restart()
    await desk.until(lambda incident: incident.phase == "director_decision")
    await scenes.start_procedure(desk, is_major=False)
    await scenes.finish(desk, by=cast.TECHNICIAN)


@kill()
async def plan_being_approved(site: Site) -> None:
    desk = site.desk()
    await scenes.to_group(desk, is_major=True)
    await scenes.submit_plan(desk)
    decision = acts.DecidePlan(version=1, decision="approved")
    approving = asyncio.create_task(desk.act(cast.GENERAL_MANAGER, decision))
    await asyncio.sleep(0)
    await site.restart()
    await approving
    await desk.refused(cast.DEPUTY_GENERAL_MANAGER, decision)
    await desk.act(cast.TECHNICIAN, acts.RecordPlanStep(version=1, step="switch", result="done"))
    await scenes.finish(desk, by=cast.TECHNICIAN)


@kill(arrival_working_hours=2, arrival_off_hours=2)
async def arrival_deadline_passes(site: Site) -> None:
    desk = site.desk()
    await scenes.activate(desk)
    await desk.act(cast.OPERATOR, acts.ReportUnresolved(text="未解决"))
    await site.seen("TIMER_FIRED", f"/arrival/{cast.TECHNICIAN}/1")
    await site.restart()
    await desk.until(lambda incident: incident.responder(cast.SECOND_TECHNICIAN))
    await scenes.arrive(desk)
    await scenes.finish(desk, by=cast.TECHNICIAN)


@kill()
async def group_being_called(site: Site) -> None:
    """The group is formed; its members' children are being started."""
    desk = site.desk()
    await scenes.activate(desk)
    await scenes.send_technician(desk)
    await scenes.call_director(desk)
    before = await _count(desk, "START_CHILD_WORKFLOW_EXECUTION_INITIATED")
    forming = asyncio.create_task(scenes.start_procedure(desk, is_major=False))
    await site.seen("START_CHILD_WORKFLOW_EXECUTION_INITIATED", times=before + 2)
    await site.restart()
    await forming
    for person in scenes.GROUP:
        await scenes.arrive(desk, person)
    await scenes.finish(desk, by=cast.TECHNICIAN)


@kill()
async def recovery_being_verified(site: Site) -> None:
    desk = site.desk()
    await scenes.activate(desk)
    await scenes.resolve(desk)
    await scenes.check_all(desk)
    verifying = asyncio.create_task(desk.act(cast.SUPERVISOR, acts.VerifyRecovery(passed=True, text="已核对")))
    await asyncio.sleep(0)
    await site.restart()
    await verifying
    await scenes.summarise(desk)
    await scenes.conclude(desk)


@kill()
async def closing_before_it_is_recorded(site: Site) -> None:
    desk = site.desk()
    await scenes.activate(desk)
    await scenes.resolve(desk)
    await scenes.recover(desk)
    await scenes.summarise(desk)
    await scenes.receive(desk)
    await desk.act(cast.MANAGER, acts.DecideRunbook(change=False, reason="手册适用"))
    with site.locked_database():
        await desk.act(cast.MANAGER, acts.Close())
        await desk.until(lambda incident: incident.is_over)
        site.kill()
    await site.start()
    await desk.over()


@kill()
async def alert_opening_an_incident(site: Site) -> None:
    desk = site.desk()
    alert = Alert(
        source="monitor",
        dedup_key="trading-down",
        status="firing",
        occurrence="1",
        command_id=uuid.uuid4().hex,
        title="交易探针失败",
        system=cast.TRADING,
        symptom="连续三次超时",
        started_at=datetime.now(UTC) - timedelta(seconds=2),
    )
    workflow_id = await desk.incidents.alert(alert)
    await site.seen("ACTIVITY_TASK_SCHEDULED", workflow_id=workflow_id)
    site.kill()
    await desk.incidents.alert(alert)
    await site.start()
    desk.number = await _number(site, desk, workflow_id)
    await desk.until(lambda incident: incident.phase == "judging")
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"))
    await scenes.finish(desk)


@kill()
async def drill_after_two_kills(site: Site) -> None:
    desk = site.desk(is_drill=True)
    await desk.open()
    await site.restart()
    await desk.until(lambda incident: incident.phase == "judging")
    await desk.act(cast.MANAGER, acts.Judge(verdict="emergency"))
    await scenes.send_technician(desk)
    await scenes.call_director(desk)
    await site.restart()
    await scenes.start_procedure(desk, is_major=False)
    await scenes.finish(desk, by=cast.TECHNICIAN)


async def _count(desk: Desk, kind: str) -> int:
    wanted = EventType.Value(f"EVENT_TYPE_{kind}")
    return [event.event_type async for event in desk.handle.fetch_history_events()].count(wanted)


async def _number(site: Site, desk: Desk, workflow_id: str) -> str:
    found: list[str] = []

    async def is_known() -> bool:
        state: contract.AlertState | None = await desk.incidents.incident_of_alert(workflow_id)
        found.extend([state.number] if state and state.number else [])
        return bool(found)

    await site.until(is_known)
    return found[0]


@kill()
async def acts_on_their_way_to_a_dead_worker(site: Site) -> None:
    """Acts come while the worker is dead, each after a task that asked for nothing; the next worker dies as well.

    The second worker hears an act together with what the first one had heard before it; the third one hears them
    apart. What they set going must have the same order.
    """
    desk = site.desk()
    await scenes.activate(desk)
    await scenes.send_technician(desk)
    for act in (
        acts.CheckIn(place="主机房"),
        acts.RaiseFinding(text="手册没有提到的告警"),
        acts.ProposeMeasure(finding=1, text="更换电源模块"),
    ):
        await _quiet(site, desk)
        site.kill()
        coming = asyncio.create_task(desk.act(cast.TECHNICIAN, act))
        await site.start()
        await coming
        await _quiet(site, desk)
        await site.restart()
    await scenes.finish(desk, by=cast.TECHNICIAN)


async def _quiet(site: Site, desk: Desk) -> None:
    """Wait until the incident's history has ended with a workflow task, twice the same."""
    seen: list[int] = []

    async def is_quiet() -> bool:
        events = [event.event_type async for event in desk.handle.fetch_history_events()]
        is_rest = events[-1] == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED and seen[-3:] == [len(events)] * 3
        seen.append(len(events))
        return is_rest

    await site.until(is_quiet)
