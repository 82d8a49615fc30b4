"""Who may do what, and when: one table of act x roles x phases x clause, and the answer to one question."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from domain import acts
from domain.company import Company, Role
from domain.errors import Conflict, DelegationEnded, NotAuthorised, WrongPhase
from domain.incident import ACTIVE, HANDLING, JUDGEMENT, Incident, Phase
from domain.text import N_

R = Role
_JUDGES = (R.IT_MANAGER, R.IT_SUPERVISOR, R.IT_DIRECTOR)
_HANDLERS = (R.OPERATOR, R.EMERGENCY_SPECIALIST, R.TECHNICIAN)
_LEADERS = (R.COMMANDER, R.IT_MANAGER, R.IT_SUPERVISOR, R.IT_DIRECTOR)
_EVERYBODY = (*_LEADERS, *_HANDLERS, R.GROUP_MEMBER, R.RESPONDER, R.REPORTER, R.GENERAL_MANAGER, R.DEPARTMENT_HEAD)
_DURING_GROUP = frozenset({Phase.GROUP_HANDLING, Phase.RECOVERY})
_OPEN = JUDGEMENT | ACTIVE | {Phase.DISMISSED}


class Right(NamedTuple):
    """These roles may do this act in these phases; the clause says why."""

    roles: tuple[Role, ...]
    phases: frozenset[Phase]
    clause: str


# The one act that has no incident yet (R9): whoever watches or mends the systems.
REPORT = Right((*_HANDLERS, R.IT_SUPERVISOR, R.IT_MANAGER, R.IT_DIRECTOR), frozenset(), "5.2.1")

AUTHORITY: dict[type[acts.Act], Right] = {
    acts.Withdraw: Right((R.REPORTER,), JUDGEMENT, "5.2.1"),
    acts.Acknowledge: Right(_EVERYBODY, _OPEN, "5.2.1"),
    acts.Judge: Right(_JUDGES, JUDGEMENT | HANDLING | {Phase.DISMISSED}, "5.2.2"),
    acts.Contest: Right((R.REPORTER,), frozenset({Phase.DISMISSED}), "5.2.2"),
    acts.RecordStep: Right(_HANDLERS, HANDLING, "5.2.3"),
    acts.RunStep: Right(_HANDLERS, HANDLING, "5.2.3"),
    acts.DecideStep: Right((R.COMMANDER, R.IT_MANAGER), HANDLING, "5.2.3"),
    acts.ReportUnresolved: Right((R.OPERATOR, R.EMERGENCY_SPECIALIST), frozenset({Phase.OPERATOR_HANDLING}), "5.2.4"),
    acts.ReportResolved: Right((*_HANDLERS, *_LEADERS), HANDLING, "5.2.5"),
    acts.Dispatch: Right(_LEADERS, HANDLING, "5.2.4"),
    acts.StandDown: Right(_LEADERS, ACTIVE, "5.2.4"),
    acts.CheckIn: Right((R.RESPONDER, R.EMERGENCY_SPECIALIST, R.COMMANDER), ACTIVE, "5.3.3"),
    acts.ChangeSeverity: Right(_LEADERS, HANDLING, "5.2.2"),
    acts.ReportToDirector: Right((R.IT_MANAGER,), HANDLING - {Phase.OPERATOR_HANDLING}, "5.2.6"),
    acts.DecideProcedure: Right(
        (R.IT_DIRECTOR,),
        frozenset({Phase.DIRECTOR_DECISION, Phase.DEPARTMENT_HANDLING, Phase.GROUP_HANDLING}),
        "5.2.7",
    ),
    acts.DecideMajor: Right((R.IT_DIRECTOR,), frozenset({Phase.GROUP_HANDLING}), "5.2.8"),
    acts.SubmitPlan: Right((R.IT_DIRECTOR, R.IT_MANAGER, R.COMMANDER), _DURING_GROUP, "5.2.8"),
    acts.DecidePlan: Right((R.GENERAL_MANAGER,), ACTIVE, "5.2.8"),
    acts.SettlePlan: Right((R.IT_DIRECTOR,), ACTIVE, "5.2.8"),
    acts.RecordPlanStep: Right((*_HANDLERS, R.COMMANDER, R.GROUP_MEMBER), HANDLING, "5.2.8"),
    acts.FormGroup: Right((R.IT_DIRECTOR,), frozenset({Phase.GROUP_HANDLING}), "5.2.9"),
    acts.AddMember: Right((R.IT_DIRECTOR, R.COMMANDER), frozenset({Phase.GROUP_HANDLING}), "5.2.9"),
    acts.OfferCommand: Right((R.COMMANDER,), _DURING_GROUP, "5.2.9"),
    acts.AcceptCommand: Right((R.GROUP_MEMBER,), _DURING_GROUP, "5.2.9"),
    acts.GiveNotice: Right((R.COMMANDER, R.GROUP_MEMBER), _DURING_GROUP | {Phase.SUMMARY}, "5.3.1"),
    acts.GiveOrder: Right((R.COMMANDER,), _DURING_GROUP, "5.3.2"),
    acts.AnswerOrder: Right((R.DEPARTMENT_HEAD, R.IT_MANAGER), ACTIVE, "5.3.2"),
    acts.SettleOrder: Right((R.COMMANDER,), _DURING_GROUP, "5.3.2"),
    acts.Record: Right(_EVERYBODY, ACTIVE, "5.3.5"),
    acts.AddEvidence: Right(_EVERYBODY, ACTIVE, "5.3.5"),
    acts.CollectEvidence: Right((*_HANDLERS, *_LEADERS), ACTIVE, "5.3.5"),
    acts.GiveInformation: Right(_EVERYBODY, ACTIVE, "5.3.6"),
    acts.AcknowledgeInformation: Right((R.COMMANDER, R.IT_MANAGER), ACTIVE, "5.3.6"),
    acts.RaiseFinding: Right(_EVERYBODY, HANDLING, "5.3.7"),
    acts.AssignAnalysis: Right((R.COMMANDER, R.IT_MANAGER), HANDLING, "5.3.7"),
    acts.ProposeMeasure: Right((R.TECHNICIAN,), HANDLING, "5.3.7"),
    acts.DecideMeasure: Right((R.COMMANDER, R.IT_MANAGER), HANDLING, "5.3.7"),
    acts.CarryOutMeasure: Right((R.TECHNICIAN, R.EMERGENCY_SPECIALIST), HANDLING, "5.3.7"),
    acts.CheckRecovery: Right((*_HANDLERS, R.GROUP_MEMBER), frozenset({Phase.RECOVERY}), "6.1"),
    acts.VerifyRecovery: Right(
        (R.IT_SUPERVISOR, R.IT_MANAGER, R.IT_DIRECTOR, R.COMMANDER, R.EMERGENCY_SPECIALIST),
        frozenset({Phase.RECOVERY, Phase.SUMMARY}),
        "6.1",
    ),
    acts.SubmitSummary: Right(
        (R.IT_MANAGER, R.IT_SUPERVISOR, R.EMERGENCY_SPECIALIST), frozenset({Phase.SUMMARY}), "6.2"
    ),
    acts.ReceiveSummary: Right((R.IT_DIRECTOR, R.GENERAL_MANAGER), frozenset({Phase.SUMMARY}), "6.2"),
    acts.ReadSummary: Right((R.IT_DIRECTOR, R.GENERAL_MANAGER), frozenset({Phase.SUMMARY}), "6.2"),
    acts.DecideRunbook: Right((R.IT_MANAGER,), frozenset({Phase.SUMMARY}), "6.3"),
    acts.Close: Right((R.IT_MANAGER, R.IT_DIRECTOR), frozenset({Phase.SUMMARY}), "6.2"),
    acts.Reopen: Right(_LEADERS, frozenset({Phase.SUMMARY}), "6.1"),
    acts.SubmitPreliminary: Right((R.IT_MANAGER, R.IT_SUPERVISOR, R.EMERGENCY_SPECIALIST), ACTIVE, "6.2"),
    acts.Link: Right(_LEADERS, ACTIVE, "3.1"),
    acts.Unlink: Right(_LEADERS, ACTIVE, "3.1"),
    acts.FileStatutoryReport: Right(
        (R.IT_MANAGER, R.IT_SUPERVISOR, R.EMERGENCY_SPECIALIST, R.IT_DIRECTOR), ACTIVE, "8"
    ),
    acts.WaiveStatutoryReport: Right((R.IT_DIRECTOR,), ACTIVE, "8"),
}


class Actor(NamedTuple):
    """Who acts, in which role, and for whom."""

    person: str
    role: Role
    on_behalf_of: str | None = None

    @property
    def people(self) -> set[str]:
        """Return everybody whose own work this act could be."""
        return {self.person} | ({self.on_behalf_of} if self.on_behalf_of else set())


def reporting(company: Company, person_id: str, system_id: str, at: datetime) -> Actor:
    """Return in which role a person may report an anomaly (5.2.1); raises NotAuthorised."""
    person = company.person(person_id)
    if person is not None and person.is_active:
        for post in REPORT.roles:
            if post in person.posts:
                return Actor(person_id, post)
        for item in company.in_force(at):
            is_his = item.deputy == person_id and item.post in REPORT.roles
            if is_his and item.covers(system_id):
                return Actor(person_id, item.post, item.principal)
    raise NotAuthorised(
        N_("{person} has none of the roles that may do this: {roles}."),
        clause=REPORT.clause,
        person=person_id,
        roles=", ".join(REPORT.roles),
    )


def capacities(incident: Incident, person_id: str, at: datetime) -> list[Actor]:
    """Return every role in which a person can act on an incident: in it, by his posts, by delegation.

    Whoever heads a department is asked as its head, and so acts as one whether or not he holds that post (3.1).
    """
    found: list[Actor] = []
    person = incident.company.person(person_id)
    if person is None or not person.is_active:
        return found
    if person_id == incident.commander:
        found.append(Actor(person_id, Role.COMMANDER))
    found += [Actor(person_id, post) for post in person.posts]
    if person_id in incident.group_members:
        found.append(Actor(person_id, Role.GROUP_MEMBER))
    if any(item.person == person_id for item in incident.responders):
        found.append(Actor(person_id, Role.RESPONDER))
    if person_id == incident.reporter:
        found.append(Actor(person_id, Role.REPORTER))
    company = incident.company
    found += [Actor(person_id, R.DEPARTMENT_HEAD) for item in company.departments if item.head == person_id]
    found += [Actor(person_id, item.post, item.principal) for item in company.in_force(at) if item.deputy == person_id]
    return [*found, *_standing_in(incident, person_id, at)]


def _standing_in(incident: Incident, person_id: str, at: datetime) -> Iterator[Actor]:
    """Whoever stands in for a head acts as one, whichever post he was named for (5.3.2).

    So does whoever was given an order in his place, also when the head is back: he is asked until it is answered.
    """
    asked = [(item.id, at) for item in incident.company.departments]
    asked += [(order.department, order.given_at) for order in incident.orders if order.answer is None]
    for department, instant in asked:
        for item in incident.company.stand_ins(department, instant):
            if item.deputy == person_id and item.holds_at(at):
                yield Actor(person_id, R.DEPARTMENT_HEAD, item.principal)


def authorise(incident: Incident, command: acts.Command[acts.Act], at: datetime) -> Actor:
    """Return in which role the person may do the act, or refuse with the clause that forbids it."""
    right = AUTHORITY[type(command.act)]
    actor = _capacity(incident, command, right, at)
    if incident.is_over or incident.phase == Phase.CLOSED:
        raise is_over(type(command.act), incident.number, right.clause)
    if incident.phase not in right.phases:
        raise WrongPhase(
            N_("This act does not belong to the phase “{phase}”."), clause=right.clause, phase=incident.phase
        )
    return actor


def is_over(act: type[acts.Act] | None, number: str, clause: str) -> Conflict:
    """Return why nothing can be done to an incident that is over; whoever would reopen it is told the way to go."""
    if act is acts.Reopen:
        return Conflict(
            N_("The incident is over and stays so: report a new one as a recurrence of {number}."),
            clause=AUTHORITY[act].clause,
            number=number,
        )
    return Conflict(N_("The incident is over; it takes no more acts."), clause=clause)


def _capacity(incident: Incident, command: acts.Command[acts.Act], right: Right, at: datetime) -> Actor:
    return entitled(incident, command.person, command.post, right, at)


def entitled(incident: Incident, person: str, post: Role | None, right: Right, at: datetime) -> Actor:
    """Return in which role a person has a right in an incident; raises NotAuthorised, DelegationEnded."""
    for actor in capacities(incident, person, at):
        if actor.role in right.roles and post in (None, actor.role):
            return actor
    if any(
        item.deputy == person and item.post in right.roles and post in (None, item.post)
        for item in incident.company.delegations
    ):
        raise DelegationEnded(
            N_("The delegation by which {person} could do this does not hold now."),
            clause=right.clause,
            person=person,
        )
    raise NotAuthorised(
        N_("{person} has none of the roles that may do this: {roles}."),
        clause=right.clause,
        field="post" if post else None,
        person=person,
        roles=", ".join(right.roles),
    )


def allowed(incident: Incident, person: str, at: datetime) -> list[str]:
    """Return the names of the acts that a person's roles allow him in this phase."""
    if incident.is_over:
        return []
    roles = {actor.role for actor in capacities(incident, person, at)}
    return [
        act.name
        for act, right in AUTHORITY.items()
        if incident.phase in right.phases and roles.intersection(right.roles)
    ]
