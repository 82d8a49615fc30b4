"""Which questions are open, and whom each is put to, in which order: the beacons that burn right now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.activation import may_look
from domain.closure import may_verify, missing_for_closing, missing_for_verification, receivers, unchecked
from domain.company import Role
from domain.drill import addressable
from domain.handling import asked_of_command, heads_of
from domain.incident import ACTIVE, HANDLING, JUDGEMENT, THOUGHT_OVER, Incident, Phase, Plan, Responder
from domain.ladder import Ladder, Rung
from domain.procedure import step_to_decide

_NOW = timedelta(0)
# What those are told who can only see to it that somebody else answers.
UNANSWERED = "unanswered"


def beacons(incident: Incident) -> list[Ladder]:
    """Return the ladder of every open question; one that nobody may be asked (a drill) is left out."""
    if incident.is_over:
        return []
    found = [
        *_judgement(incident),
        *_again(incident),
        *_activation(incident),
        *_at_risk(incident),
        *_overdue(incident),
        *_procedure(incident),
        *_major(incident),
        *_plan_refused(incident),
        *_command(incident),
        *_steps(incident),
        *_orders(incident),
        *_objections(incident),
        *_information(incident),
        *_findings(incident),
        *_checklist(incident),
        *_verification(incident),
        *_summary(incident),
        *_preliminary(incident),
    ]
    return [ladder for ladder in found if ladder.rungs[0].people]


def arrivals(incident: Incident) -> list[Responder]:
    """Return the responders who are still expected on the scene (5.3.3, 5.3.4)."""
    if incident.is_over or incident.phase not in HANDLING:
        return []
    return [item for item in incident.responders if item.is_awaited]


def approval(incident: Incident) -> Plan | None:
    """Return the version of the response plan that waits for the general manager; not one that nobody may be asked for.

    What is not major any more, or was not yet when it was submitted, asks nothing of him (5.2.8).
    """
    plan = incident.plan
    if plan is None or plan.status != "submitted" or not incident.is_major or not _has_plan(incident):
        return None
    if incident.is_over or incident.phase not in ACTIVE - {Phase.SUMMARY}:
        return None
    return plan if approval_ladder(incident, plan).rungs[0].people else None


def passed_on(incident: Incident, commander: str) -> list[str]:
    """Return the open questions that come to other people once somebody else commands (5.2.9).

    What is put to whoever commands first of all is asked anew without being named here.
    """
    own = asked_of_command(incident)
    before, after = (_asked(item) for item in (incident, incident.model_copy(update={"commander": commander})))
    return [item for item, people in before.items() if item not in own and after.get(item, people) != people]


def _asked(incident: Incident) -> dict[str, list[list[str]]]:
    return {ladder.question: [rung.people for rung in ladder.rungs] for ladder in beacons(incident)}


class _Builder:
    """Builds the ladders of one incident: posts become the people who are on duty in them, then all who hold them."""

    def __init__(self, incident: Incident, asked_at: datetime, planned_at: datetime | None = None) -> None:
        self.incident = incident
        self.company = incident.company
        self.policy = incident.policy
        self.asked_at = asked_at
        self.planned_at = planned_at

    def rung(self, after: timedelta, level: str, people: list[str], template: str | None = None) -> Rung:
        return Rung(after=after, level=level, people=addressable(self.incident, people), template=template)

    def informed(self, after: timedelta, level: str, people: list[str]) -> Rung:
        """Nothing is asked of these people; they are told once."""
        return self.rung(after, level, people, "informed").model_copy(update={"is_told_once": True})

    def posts(self, *posts: Role) -> list[str]:
        return [person for post in posts for person in self.company.holders(post)]

    def present(self, post: Role) -> list[str]:
        """Everybody who holds a post and is not on leave, on duty or not; or else who stands in there (4.2)."""
        here = [person for person in self.posts(post) if self.company.is_here(person, self.asked_at)]
        return here or self.on_call(post)

    def on_call(self, *posts: Role) -> list[str]:
        """Whoever is on duty; in a post without a roster everybody who is not on leave, or else the deputies (4.2)."""
        return [person for post in posts for person in self.company.on_call(post, self.asked_at)]

    def deputies(self, *posts: Role) -> list[str]:
        """The backups on duty, then those who are named as deputies."""
        return [person for post in posts for person in self.company.backups(post, self.asked_at)]

    def in_command(self) -> list[str]:
        """Whoever commands; before the group exists the manager on duty, or whoever stands in for him (5.3.6)."""
        return [self.incident.commander] if self.incident.commander else self.on_call(Role.IT_MANAGER)

    def with_manager(self) -> list[str]:
        """Whoever commands, and the manager."""
        return list(dict.fromkeys([*self.in_command(), *self.on_call(Role.IT_MANAGER)]))

    def ladder(
        self,
        question: str,
        clause: str,
        template: str,
        rungs: list[Rung],
        *,
        repeat: timedelta | None = None,
        due: datetime | None = None,
        is_provisional: bool = False,
        **params: str,
    ) -> Ladder:
        """Join the rungs; where the first have nobody, the next are called at once, and again.

        A ladder that does not widen keeps its pace.
        """
        manned = [rung for rung in rungs if rung.people] or rungs[:1]
        manned[0] = manned[0].model_copy(update={"after": _NOW, "is_told_once": False})
        people = {person for rung in manned for person in rung.people}
        pace = repeat or self.policy.page_repeat.duration
        widens = sum(not rung.is_told_once for rung in manned) > 1
        return Ladder(
            question=question,
            clause=clause,
            template=template,
            params=params,
            asked_at=self.asked_at,
            rungs=manned,
            repeat=pace,
            chorus=self.policy.page_everyone.duration if widens and repeat is None else pace,
            due=due,
            is_provisional=is_provisional,
            channels={item.id: list(item.channels) for item in self.company.people if item.id in people},
            planned_at=self.planned_at,
        )

    def upwards(self, level: str, people: list[str], *posts: Role, director: str | None = None) -> list[Rung]:
        """First these, then their deputies, then the director, then the whole team (5.2.1).

        Of the team not everybody may answer; where the ``director`` may not either, another template tells him so.
        """
        policy = self.policy
        team = self.posts(Role.IT_MANAGER, Role.IT_SUPERVISOR, Role.IT_DIRECTOR, Role.EMERGENCY_SPECIALIST)
        leaders = (Role.IT_MANAGER, Role.IT_SUPERVISOR, Role.IT_DIRECTOR)
        everyone = [*team, *self.on_call(*leaders), *self.deputies(*leaders)]
        return [
            self.rung(_NOW, level, people),
            self.rung(policy.page_deputies.duration, "deputies", self.deputies(*posts)),
            self.rung(policy.page_director.duration, Role.IT_DIRECTOR, self.on_call(Role.IT_DIRECTOR), director),
            self.rung(policy.page_director.duration + policy.page_everyone.duration, "everyone", everyone, UNANSWERED),
        ]


# ── 5.2 activation ────────────────────────────────────────────────────────────


def _judgement(incident: Incident) -> Iterator[Ladder]:
    """Manager and supervisor at once; after a dispute the other judge and the director (5.2.1, 5.2.2)."""
    if incident.phase not in JUDGEMENT or incident.judgement_asked_at is None:
        return
    build = _Builder(incident, incident.judgement_asked_at)
    judges = build.on_call(Role.IT_MANAGER, Role.IT_SUPERVISOR)
    director = None
    if incident.is_contested:
        others = [*judges, *build.on_call(Role.IT_DIRECTOR)]
        judges = [person for person in others if may_look(incident, person, build.asked_at)]
        director = None if any(person in judges for person in build.on_call(Role.IT_DIRECTOR)) else UNANSWERED
    first, deputies, *higher = build.upwards(
        Role.IT_MANAGER, judges, Role.IT_MANAGER, Role.IT_SUPERVISOR, director=director
    )
    deputies.people = [person for person in deputies.people if may_look(incident, person, build.asked_at)]
    yield build.ladder(
        f"judgement/{incident.judgement_round}",
        "5.2.2" if incident.is_contested else "5.2.1",
        "contested" if incident.is_contested else "judgement",
        [first, deputies, *higher],
        due=incident.judgement_asked_at + incident.policy.acknowledgement_limit.duration,
        text=incident.symptom,
    )


def _again(incident: Incident) -> Iterator[Ladder]:
    """The same alarm after it was thought to be over: whoever can take that back is paged (5.2.1)."""
    if incident.again_at is None or incident.phase not in THOUGHT_OVER:
        return
    build = _Builder(incident, incident.again_at)
    posts = (Role.IT_MANAGER, Role.IT_SUPERVISOR)
    people = build.on_call(*posts) if incident.phase == Phase.DISMISSED else build.with_manager()
    rungs = build.upwards(Role.IT_MANAGER, people, *posts)
    yield build.ladder(f"again/{incident.again}", "5.2.1", "again", rungs, text=incident.again_text)


def _activation(incident: Incident) -> Iterator[Ladder]:
    """A specialist is on every activated incident; his backup follows, until one of them is on it (3.3)."""
    question = "activation"
    if incident.phase not in HANDLING or incident.activated_at is None or _is_taken_up(incident, question):
        return
    build = _Builder(incident, incident.activated_at)
    policy = incident.policy
    yield build.ladder(
        question,
        "3.3",
        "activation",
        [
            build.rung(_NOW, Role.EMERGENCY_SPECIALIST, incident.specialists[:1]),
            build.rung(policy.page_deputies.duration, "backup", incident.specialists[1:]),
            build.rung(policy.page_director.duration, Role.IT_MANAGER, build.on_call(Role.IT_MANAGER)),
        ],
        runbook=incident.runbook or "",
    )


def _is_taken_up(incident: Incident, question: str) -> bool:
    """Tell whether a specialist is on it; where there is none at all, the manager's word is all there can be (3.3)."""
    known = incident.acknowledged_by.get(question, [])
    return any(person in incident.specialists for person in known) if incident.specialists else bool(known)


def _steps(incident: Incident) -> Iterator[Ladder]:
    """Whoever commands is asked for a step of the runbook that needs his approval (5.2.3)."""
    step = step_to_decide(incident)
    if step and incident.next_step_since:
        build = _Builder(incident, _put_to_command(incident, incident.next_step_since))
        yield build.ladder(
            f"step/{step.id}",
            "5.2.3",
            "step_approval",
            build.upwards(_commanding(incident), build.in_command(), Role.IT_MANAGER, director=UNANSWERED),
            step=step.id,
            runbook=incident.runbook or "",
        )


def _at_risk(incident: Incident) -> Iterator[Ladder]:
    """Somebody may be late: whoever commands is paged, until he took note, or the deadline tells (R20)."""
    for responder in arrivals(incident):
        question = f"at_risk/{responder.person}/{responder.dispatch}"
        if responder.is_at_risk and not responder.is_overdue and not _others_know(incident, responder, question):
            since = at_risk_at(incident, responder)
            build = _Builder(incident, since, since)
            yield build.ladder(
                question,
                responder.deadline.clause,
                "at_risk",
                _without(responder.person, build.upwards(_commanding(incident), build.with_manager(), Role.IT_MANAGER)),
                due=responder.deadline.at,
                is_provisional=responder.deadline.is_provisional,
                person=responder.person,
            )


def _overdue(incident: Incident) -> Iterator[Ladder]:
    """Somebody is not on the scene in time: whoever commands is paged (R20)."""
    for responder in arrivals(incident):
        question = f"overdue/{responder.person}/{responder.dispatch}"
        if responder.is_overdue and not _others_know(incident, responder, question):
            build = _Builder(incident, responder.deadline.at, responder.deadline.at)
            yield build.ladder(
                question,
                responder.deadline.clause,
                "overdue",
                _without(responder.person, build.upwards(_commanding(incident), build.with_manager(), Role.IT_MANAGER)),
                person=responder.person,
            )


def _others_know(incident: Incident, responder: Responder, question: str) -> bool:
    """Tell whether somebody took note that a responder is not there; he himself sees to nothing by it (R20)."""
    return any(person != responder.person for person in incident.acknowledged_by.get(question, []))


def _without(person: str, rungs: list[Rung]) -> list[Rung]:
    """Nobody is asked where he is himself."""
    return [rung.model_copy(update={"people": [other for other in rung.people if other != person]}) for rung in rungs]


def _commanding(incident: Incident) -> Role:
    return Role.COMMANDER if incident.commander else Role.IT_MANAGER


def _procedure(incident: Incident) -> Iterator[Ladder]:
    """The director, his deputy, and the general manager informed (5.2.6, 5.2.7); then the group (5.2.9)."""
    if incident.phase == Phase.DIRECTOR_DECISION and incident.procedure_asked_at:
        build = _Builder(incident, incident.procedure_asked_at, incident.procedure_due_at)
        informed = incident.policy.general_manager_informed.duration
        rungs = [
            *_director_rungs(build),
            build.informed(informed, Role.GENERAL_MANAGER, build.on_call(Role.GENERAL_MANAGER)),
        ]
        yield build.ladder(f"procedure/{incident.procedure_round}", "5.2.6", "procedure", rungs, text=incident.symptom)
    if incident.phase == Phase.GROUP_HANDLING and not incident.commander and incident.started_at:
        build = _Builder(incident, incident.started_at)
        yield build.ladder("group", "5.2.9", "form_group", _director_rungs(build))


def _director_rungs(build: _Builder) -> list[Rung]:
    return [
        build.rung(_NOW, Role.IT_DIRECTOR, build.on_call(Role.IT_DIRECTOR)),
        build.rung(build.policy.director_deputies.duration, "deputies", build.deputies(Role.IT_DIRECTOR)),
    ]


def approval_ladder(incident: Incident, plan: Plan) -> Ladder:
    """The general manager, then his deputy, without end and never decided by the system (5.2.8)."""
    build = _Builder(incident, plan.submitted_at)
    policy = incident.policy
    return build.ladder(
        f"plan/{plan.version}",
        "5.2.8",
        "plan",
        [
            build.rung(_NOW, Role.GENERAL_MANAGER, build.on_call(Role.GENERAL_MANAGER)),
            build.rung(policy.approval_deputies.duration, "deputies", build.deputies(Role.GENERAL_MANAGER)),
        ],
        repeat=policy.approval_repeat.duration,
        plan_version=str(plan.version),
        text=plan.scope,
    )


def arrival_ladder(incident: Incident, responder: Responder) -> Ladder:
    """A responder is called to the scene until he says that he comes (5.3.3, 5.3.4)."""
    build = _Builder(incident, responder.dispatched_at)
    in_group = responder.role in (Role.GROUP_MEMBER, Role.COMMANDER)
    return build.ladder(
        f"arrival/{responder.person}/{responder.dispatch}",
        responder.deadline.clause,
        "group_member" if in_group else "dispatch",
        [build.rung(_NOW, responder.role, [responder.person])],
        due=responder.deadline.at,
        is_provisional=responder.deadline.is_provisional,
    )


def at_risk_at(incident: Incident, responder: Responder) -> datetime:
    """Return when a responder who is not there yet is at risk of being late (R20)."""
    given = responder.deadline.at - responder.dispatched_at
    return responder.dispatched_at + incident.policy.arrival_at_risk.of(given)


def _major(incident: Incident) -> Iterator[Ladder]:
    """A major problem has no plan yet: the director, and whoever commands, are asked for it (5.2.8)."""
    since = incident.major_since
    if incident.phase != Phase.GROUP_HANDLING or since is None or _has_plan(incident):
        return
    build = _Builder(incident, since)
    first, deputies = _director_rungs(build)
    first.people = list(dict.fromkeys([*first.people, *([incident.commander] if incident.commander else [])]))
    repeat = incident.policy.approval_repeat.duration
    yield build.ladder(f"major/{incident.major_rounds}", "5.2.8", "plan_due", [first, deputies], repeat=repeat)


def _has_plan(incident: Incident) -> bool:
    """Tell whether there is a plan for what is major now; one of before does not answer for it."""
    return len(incident.plans) > incident.plans_before_major


def _plan_refused(incident: Incident) -> Iterator[Ladder]:
    """A refused plan is back with the director until he revises or settles it (5.2.8)."""
    plan = incident.plan
    if plan is None or not incident.is_major or not _has_plan(incident) or plan.course:
        return
    if plan.status not in ("rejected", "change_requested"):
        return
    if incident.phase in HANDLING:
        build = _Builder(incident, plan.decided_at or plan.submitted_at)
        yield build.ladder(
            f"plan_refused/{plan.version}",
            "5.2.8",
            "plan_refused",
            _director_rungs(build),
            repeat=incident.policy.approval_repeat.duration,
            plan_version=str(plan.version),
            reason=plan.reason or "",
        )


def _command(incident: Incident) -> Iterator[Ladder]:
    """A member of the group is asked to take over the command, for as long as he may (5.2.9)."""
    is_open = incident.phase in HANDLING | {Phase.RECOVERY}
    if incident.command_offered_to and incident.command_offered_at and is_open:
        build = _Builder(incident, incident.command_offered_at)
        yield build.ladder(
            f"command/{incident.command_offered_to}",
            "5.2.9",
            "command_offered",
            [build.rung(_NOW, Role.GROUP_MEMBER, [incident.command_offered_to])],
        )


# ── 5.3 handling ──────────────────────────────────────────────────────────────


def _orders(incident: Incident) -> Iterator[Ladder]:
    """The department, again, then the commander (5.3.2)."""
    if incident.phase not in HANDLING | {Phase.RECOVERY}:
        return
    for number, order in enumerate(incident.orders, start=1):
        if order.answer is None:
            build = _Builder(incident, order.given_at)
            yield build.ladder(
                f"order/{number}",
                "5.3.2",
                "order",
                [
                    build.rung(_NOW, Role.DEPARTMENT_HEAD, heads_of(incident, order.department, build.asked_at)),
                    build.rung(
                        incident.policy.page_deputies.duration,
                        _commanding(incident),
                        build.in_command(),
                        "order_unanswered",
                    ),
                ],
                department=order.department,
                order=str(number),
                text=order.text,
            )


def _objections(incident: Incident) -> Iterator[Ladder]:
    """The commander answers an objection; the director hears of it when he does not (5.3.2)."""
    if incident.phase not in HANDLING | {Phase.RECOVERY}:
        return
    for number, order in enumerate(incident.orders, start=1):
        if order.answer == "objected":
            build = _Builder(incident, _put_to_command(incident, order.objected_at or order.given_at))
            director, after = build.on_call(Role.IT_DIRECTOR), incident.policy.page_director.duration
            yield build.ladder(
                f"objection/{number}",
                "5.3.2",
                "order_objected",
                [
                    build.rung(_NOW, _commanding(incident), build.in_command()),
                    build.rung(after, Role.IT_DIRECTOR, director, "objection_unanswered"),
                ],
                department=order.department,
                order=str(number),
                text=order.objection or "",
            )


def _put_to_command(incident: Incident, at: datetime) -> datetime:
    """Whoever has taken over the command is asked from then on (5.2.9)."""
    return max(at, incident.commanding_since or at)


def _information(incident: Incident) -> Iterator[Ladder]:
    """New information goes to whoever commands, until he took note (5.3.6)."""
    if incident.phase not in ACTIVE:
        return
    for number, item in enumerate(incident.information, start=1):
        if not item.is_acknowledged:
            build = _Builder(incident, _put_to_command(incident, item.given_at))
            yield build.ladder(
                f"information/{number}",
                "5.3.6",
                "information",
                [
                    build.rung(_NOW, _commanding(incident), build.in_command()),
                    build.rung(incident.policy.page_deputies.duration, Role.IT_MANAGER, build.on_call(Role.IT_MANAGER)),
                ],
                text=item.text,
            )


def _findings(incident: Incident) -> Iterator[Ladder]:
    """Technicians analyse, whoever commands decides (5.3.7)."""
    if incident.phase not in HANDLING:
        return
    for number, finding in enumerate(incident.findings, start=1):
        build = _Builder(incident, finding.asked_at)
        if not finding.is_analysed:
            named = [person for person in finding.technicians if person in build.posts(Role.TECHNICIAN)]
            people = named or _technicians(incident) or build.on_call(Role.TECHNICIAN)
            rungs = build.upwards(Role.TECHNICIAN, people, Role.TECHNICIAN, director=UNANSWERED)
            yield build.ladder(
                f"finding/{number}",
                "5.3.7",
                "finding",
                rungs,
                due=finding.due.at if finding.due else None,
                text=finding.text,
            )
        elif finding.approved is None and not finding.is_carried_out:
            build = _Builder(incident, _put_to_command(incident, finding.asked_at))
            rungs = build.upwards(_commanding(incident), build.in_command(), Role.IT_MANAGER, director=UNANSWERED)
            yield build.ladder(f"measure/{number}", "5.3.7", "measure", rungs, text=finding.measure or "")


def _technicians(incident: Incident) -> list[str]:
    return [item.person for item in incident.responders if item.role == Role.TECHNICIAN and not item.is_stood_down]


# ── 6 recovery and summary ────────────────────────────────────────────────────


def _checklist(incident: Incident) -> Iterator[Ladder]:
    """Those who are on the incident do the recovery checklist, then their colleagues, then the manager (6.1)."""
    recovery = incident.recovery
    if recovery is None or not unchecked(incident, recovery):
        return
    build = _Builder(incident, recovery.started_at)
    policy = incident.policy
    people = [*incident.specialists[:1], *_technicians(incident)]
    colleagues = build.posts(Role.EMERGENCY_SPECIALIST, Role.TECHNICIAN)
    yield build.ladder(
        f"checklist/{recovery.round}",
        "6.1",
        "checklist",
        [
            build.rung(_NOW, Role.EMERGENCY_SPECIALIST, people),
            build.rung(policy.page_deputies.duration, "backup", [item for item in colleagues if item not in people]),
            build.rung(policy.page_director.duration, _commanding(incident), build.with_manager(), UNANSWERED),
        ],
        runbook=incident.runbook or "",
        items=", ".join(unchecked(incident, recovery)),
    )


def _verification(incident: Incident) -> Iterator[Ladder]:
    """Everything is checked: a second person verifies, the director where both judges worked on it (6.1)."""
    recovery = incident.recovery
    if recovery is None or missing_for_verification(incident, recovery):
        return
    build = _Builder(incident, recovery.tested_at or recovery.started_at)
    posts = (Role.IT_SUPERVISOR, Role.IT_MANAGER)
    *judges, everyone = build.upwards(Role.IT_SUPERVISOR, build.on_call(*posts), *posts)
    for rung in judges:
        rung.people = [person for person in rung.people if may_verify(incident, person, build.asked_at)]
    yield build.ladder(f"verification/{recovery.round}", "6.1", "verification", [*judges, everyone])


def _summary(incident: Incident) -> Iterator[Ladder]:
    """The report, its two receipts, the runbook and the close (6.2, 6.3)."""
    if incident.phase != Phase.SUMMARY or incident.verified_at is None:
        return
    daily = incident.policy.summary_reminder.duration
    summary = incident.summary
    if summary is None or summary.is_wanted_anew:
        build = _Builder(incident, incident.verified_at)
        due = incident.deadlines.get("summary_due")
        people = [*build.present(Role.IT_MANAGER), *incident.specialists[:1]]
        yield build.ladder(
            f"summary/{len(incident.summaries) + 1}",
            "6.2",
            "summary",
            [build.rung(_NOW, Role.IT_MANAGER, people)],
            repeat=daily,
            due=due.at if due else None,
            is_provisional=bool(due and due.is_provisional),
        )
        return
    build = _Builder(incident, summary.submitted_at)
    for role in receivers(incident):
        if role not in summary.receipts:
            rungs = [
                build.rung(_NOW, role, build.present(role)),
                build.rung(daily, "deputies", build.deputies(role)),
            ]
            question = f"receipt/{summary.version}/{role}"
            yield build.ladder(question, "6.2", "receipt", rungs, repeat=daily, version=str(summary.version))
    yield from _ending(incident, summary.received_at or summary.submitted_at)


def _ending(incident: Incident, received_at: datetime) -> Iterator[Ladder]:
    """Everybody has the report: the runbook, then the close, each asked from when nothing before it was missing."""
    missing = missing_for_closing(incident)
    if [item for item in missing if item.startswith("receipt")]:
        return
    filed = [item.filed_at for item in incident.statutory if item.filed_at]
    decided = [incident.runbook_decided_at] if incident.runbook_decided_at else []
    build = _Builder(incident, max(received_at, *decided, *filed) if incident.is_runbook_decided else received_at)
    rungs = [build.rung(_NOW, Role.IT_MANAGER, build.present(Role.IT_MANAGER))]
    daily = incident.policy.summary_reminder.duration
    if not incident.is_runbook_decided:
        yield build.ladder("runbook", "6.3", "runbook", rungs, repeat=daily)
    elif not missing:
        yield build.ladder("closing", "6.2", "closing", rungs, repeat=daily)


def _preliminary(incident: Incident) -> Iterator[Ladder]:
    """The preliminary report of a severity I or II, and its two readers, until each has taken note (6.2)."""
    if incident.phase not in ACTIVE:
        return
    daily = incident.policy.summary_reminder.duration
    due, since = incident.deadlines.get("preliminary_due"), incident.verified_at or incident.reopened_at
    if incident.preliminary_at is None and due and since:
        build = _Builder(incident, since)
        people = [*build.posts(Role.IT_MANAGER), *incident.specialists[:1]]
        rungs = [build.rung(_NOW, Role.IT_MANAGER, people)]
        yield build.ladder("preliminary", "6.2", "preliminary", rungs, repeat=daily, due=due.at)
    if incident.preliminary_at is None:
        return
    build = _Builder(incident, incident.preliminary_at)
    for role in receivers(incident):
        question = f"preliminary/{role}"
        if not incident.acknowledged_by.get(question):
            rungs = [build.rung(_NOW, role, build.posts(role)), build.rung(daily, "deputies", build.deputies(role))]
            text = incident.preliminary_what
            yield build.ladder(question, "6.2", "preliminary_made", rungs, repeat=daily, text=text)
