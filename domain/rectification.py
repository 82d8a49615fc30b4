"""Who may do what to a rectification measure, and what comes of it (6.2, R26): one table, one rule for each act."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar, cast

from domain.acts import Act, Command, Receipt
from domain.authority import Actor
from domain.company import Company, Role
from domain.decide import SKEW, Decision, need_reason, next_number
from domain.entry import Entry
from domain.errors import (
    AlreadyDecided,
    Conflict,
    DelegationEnded,
    Incomplete,
    InTheFuture,
    NotAuthorised,
    OwnWork,
    StaleVersion,
    Unacceptable,
    Unknown,
    WrongPhase,
)
from domain.events import Event
from domain.ledger import Ledger
from domain.measure import (
    AskExtension,
    CancelMeasure,
    Completion,
    DecideExtension,
    DoneReported,
    Extension,
    ExtensionAsked,
    ExtensionGranted,
    ExtensionRefused,
    Measure,
    MeasureAct,
    MeasureCancelled,
    MeasureCommand,
    MeasureEntry,
    MeasureOverdue,
    MeasurePassedOn,
    MeasureReassigned,
    MeasureSentBack,
    MeasureState,
    MeasureVerified,
    ReassignMeasure,
    ReportDone,
    Surroundings,
    VerifyMeasure,
    apply,
)
from domain.policy import Deadline
from domain.text import N_

CLAUSE = "6.2"
LONGEST = timedelta(days=3 * 366)
_LEADERS = (Role.IT_MANAGER, Role.IT_DIRECTOR)
# Whoever could verify a measure, the first choice first.
_VERIFIERS = (Role.IT_SUPERVISOR, Role.IT_MANAGER, Role.IT_DIRECTOR)
_GOING_ON = frozenset({MeasureState.OPEN, MeasureState.DONE})


class MeasureRight(NamedTuple):
    """These roles may do this act in these states; the clause says why."""

    roles: tuple[Role, ...]
    states: frozenset[MeasureState]
    clause: str = CLAUSE


RIGHTS: dict[type[MeasureAct], MeasureRight] = {
    ReportDone: MeasureRight((Role.MEASURE_OWNER,), frozenset({MeasureState.OPEN})),
    VerifyMeasure: MeasureRight((Role.MEASURE_VERIFIER,), frozenset({MeasureState.DONE})),
    AskExtension: MeasureRight((Role.MEASURE_OWNER,), frozenset({MeasureState.OPEN})),
    DecideExtension: MeasureRight(_LEADERS, frozenset({MeasureState.OPEN})),
    ReassignMeasure: MeasureRight(_LEADERS, _GOING_ON),
    CancelMeasure: MeasureRight(_LEADERS, _GOING_ON),
}


# ── the people ────────────────────────────────────────────────────────────────


def circle(company: Company, people: set[str]) -> Company:
    """Return the part of the company that a measure needs: its own people, the leaders, and all their deputies."""
    leaders = {person for post in _VERIFIERS for person in company.holders(post)}
    delegations = [item for item in company.delegations if item.post in _VERIFIERS or item.principal in people]
    deputies = {item.deputy for item in delegations} | {item.principal for item in delegations}
    members = [person for person in company.people if person.id in people | leaders | deputies]
    ids = {person.id for person in members}
    leaves = [leave for leave in company.leaves if leave.person in ids]
    parts = {"people": members, "delegations": delegations, "leaves": leaves}
    return company.model_copy(update=parts | {"departments": [], "systems": [], "runbooks": [], "duty": []})


def deputies_of(measure: Measure, company: Company, person_id: str, at: datetime) -> list[str]:
    """Return who may act for somebody on this measure."""
    system = measure.source.system if measure.source else None
    found = [
        item.deputy
        for item in company.in_force(at)
        if item.principal == person_id and (item.covers(system) if system else not item.systems)
    ]
    return [person.id for person in company.people if person.is_active and person.id in found]


def default_verifier(measure: Measure, company: Company, owner: str, at: datetime) -> str | None:
    """Return who verifies by rule: the supervisor, but never the owner, a deputy of his, or who worked on it."""
    own = {owner, *deputies_of(measure, company, owner, at), *measure.reported_by}
    return next((person for post in _VERIFIERS for person in company.in_order(post, at) if person not in own), None)


def capacities(measure: Measure, company: Company, person_id: str, at: datetime) -> list[Actor]:
    """Return every role in which a person can act on a measure: his own, by his posts, by delegation."""
    person = company.person(person_id)
    if person is None or not person.is_active:
        return []
    found = [Actor(person_id, post) for post in person.posts]
    for role, holder in ((Role.MEASURE_OWNER, measure.owner), (Role.MEASURE_VERIFIER, measure.verifier)):
        if holder == person_id:
            found.insert(0, Actor(person_id, role))
        elif holder and person_id in deputies_of(measure, company, holder, at):
            found.append(Actor(person_id, role, holder))
    return found + [
        Actor(person_id, item.post, item.principal)
        for item in company.in_force(at)
        if item.deputy == person_id and not item.systems
    ]


# ── may he, and what comes of it ──────────────────────────────────────────────


class _Case(NamedTuple):
    measure: Measure
    act: Any
    actor: Actor
    now: datetime
    around: Surroundings

    @property
    def company(self) -> Company:
        return self.around.company


_Rule = Callable[[_Case], Sequence[Event]]
_RULES: dict[type[Act], _Rule] = {}
R = TypeVar("R", bound=_Rule)


def _decides(act: type[MeasureAct]) -> Callable[[R], R]:
    def register(rule: R) -> R:
        _RULES[act] = rule
        return rule

    return register


def authorise(measure: Measure, command: Command[Act], around: Surroundings, at: datetime) -> Actor:
    """Return in which role a person acts; Refusal when he may not, or when the measure is not where the act belongs."""
    right = RIGHTS[cast("type[MeasureAct]", type(command.act))]
    actor = _capacity(measure, command, right, around.company, at)
    if measure.is_over:
        raise Conflict(N_("The measure is over; it takes no more acts."), clause=right.clause)
    if measure.state not in right.states:
        raise WrongPhase(
            N_("This act does not belong to the state “{state}” of the measure."),
            clause=right.clause,
            state=measure.state,
        )
    return actor


def _capacity(measure: Measure, command: Command[Act], right: MeasureRight, company: Company, at: datetime) -> Actor:
    for actor in capacities(measure, company, command.person, at):
        if actor.role in right.roles and command.post in (None, actor.role):
            return actor
    holders = {Role.MEASURE_OWNER: measure.owner, Role.MEASURE_VERIFIER: measure.verifier}
    principals = {holders[role] for role in right.roles if role in holders}
    lapsed = (item for item in company.delegations if item not in company.in_force(at))
    if any(
        item.deputy == command.person and (item.post in right.roles or item.principal in principals) for item in lapsed
    ):
        raise DelegationEnded(
            N_("The delegation by which {person} could do this does not hold now."),
            clause=right.clause,
            person=command.person,
        )
    raise NotAuthorised(
        N_("{person} has none of the roles that may do this: {roles}."),
        clause=right.clause,
        field="post" if command.post else None,
        person=command.person,
        roles=", ".join(right.roles),
    )


def decide(measure: Measure, command: Command[Act], around: Surroundings, now: datetime) -> Decision:
    """Return what a command makes happen; Refusal with rule and clause when the policy forbids it."""
    at = command.occurred_at or now
    if at > now + SKEW:
        raise InTheFuture(N_("It cannot have happened in the future."), clause=CLAUSE, field="occurred_at")
    if measure.opened_at and at < measure.opened_at:
        raise Unacceptable(
            N_("It cannot have happened before the measure was opened."), clause=CLAUSE, field="occurred_at"
        )
    actor = authorise(measure, command, around, now)
    if command.expected_version not in (None, measure.version):
        raise StaleVersion(
            N_("You looked at version {expected}; the measure is at version {current} now."),
            clause=CLAUSE,
            field="expected_version",
            expected=command.expected_version,
            current=measure.version,
        )
    return Decision(actor, min(at, now), _RULES[type(command.act)](_Case(measure, command.act, actor, now, around)))


def due_on(around: Surroundings, instant: datetime) -> Deadline:
    """Return the deadline of a day: the end of that working day, or of the next one when nobody works then."""
    at = around.calendar.end_of_working_day(instant, around.working_spans)
    days = (around.calendar.local(instant).date(), around.calendar.local(at).date())
    return Deadline(at=at, clause=CLAUSE, is_provisional=not all(map(around.calendar.is_official, days)))


def within_reason(instant: datetime, now: datetime) -> datetime:
    """Return an instant that business time can be reckoned with: what a report says is taken, however far away."""
    return max(min(instant, now + LONGEST), now - LONGEST)


def check_opening(around: Surroundings, owner: str, verifier: str | None, due: datetime, now: datetime) -> None:
    """Refuse a measure whose owner or verifier is nobody, who verifies himself, or whose due day makes no sense."""
    for field, person in (("owner", owner), ("verifier", verifier)):
        _must_be_here(around.company, field, person)
    if owner == verifier:
        raise OwnWork(N_("Nobody verifies the measure that he worked on."), clause=CLAUSE, field="verifier")
    if due > now + LONGEST:
        raise Unacceptable(N_("A measure is due within three years."), clause=CLAUSE, field="due")
    if due_on(around, within_reason(due, now)).at <= now:
        raise Unacceptable(N_("A measure is due in the future."), clause=CLAUSE, field="due")


@_decides(ReportDone)
def _report_done(case: _Case) -> Sequence[Event]:
    """The evidence goes to the verifier (R26)."""
    return [DoneReported(completion=next_number(case.measure.completions, CLAUSE), text=case.act.text)]


@_decides(VerifyMeasure)
def _verify(case: _Case) -> Sequence[Event]:
    """Somebody who did none of it looks, and closes the measure or sends it back (R26)."""
    number, act = case.act.completion, case.act
    _must_be_newest(number, len(case.measure.completions), N_("There is no report {number} that it is done."))
    if case.actor.people & case.measure.doers:
        raise OwnWork(N_("Nobody verifies the measure that he worked on."), clause=CLAUSE)
    if act.passed:
        return [MeasureVerified(completion=number, text=act.text)]
    return [MeasureSentBack(completion=number, reason=act.text)]


@_decides(AskExtension)
def _ask_extension(case: _Case) -> Sequence[Event]:
    """More time is asked for with a reason; one wish at a time, and never backwards (R26)."""
    measure, act = case.measure, case.act
    if measure.pending_extension:
        raise AlreadyDecided(
            N_("Extension {number} was asked for already and waits for its decision."),
            clause=CLAUSE,
            number=len(measure.extensions),
        )
    if act.due > case.now + LONGEST:
        raise Unacceptable(N_("A measure is due within three years."), clause=CLAUSE, field="due")
    due = due_on(case.around, within_reason(act.due, case.now))
    if due.at <= case.now or (measure.due and due.at <= measure.due.at):
        raise Unacceptable(N_("An extension ends later than the measure is due now."), clause=CLAUSE, field="due")
    number = next_number(measure.extensions, CLAUSE)
    return [ExtensionAsked(extension=number, due=due, reason=act.reason)]


@_decides(DecideExtension)
def _decide_extension(case: _Case) -> Sequence[Event]:
    """Manager or director decides, once, and never about a measure or a wish of his own (R26)."""
    measure, act = case.measure, case.act
    number = len(measure.extensions)
    _must_be_newest(act.extension, number, N_("There is no extension {number}."))
    extension = measure.extensions[-1]
    if extension.outcome is not None:
        raise AlreadyDecided(
            N_("Extension {number} is {outcome} already."), clause=CLAUSE, number=number, outcome=extension.outcome
        )
    if case.actor.people & {measure.owner, *extension.by}:
        raise OwnWork(N_("Nobody decides about his own measure."), clause=CLAUSE)
    if act.grant:
        return [ExtensionGranted(extension=number, due=extension.due, reason=act.reason)]
    return [ExtensionRefused(extension=number, reason=need_reason(act.reason, CLAUSE))]


@_decides(ReassignMeasure)
def _reassign(case: _Case) -> Sequence[Event]:
    """Another owner, another verifier; they stay two people (R26)."""
    measure, act, company = case.measure, case.act, case.company
    for field, person in (("owner", act.owner), ("verifier", act.verifier)):
        _must_be_here(company, field, person)
    owner = act.owner or measure.owner
    if owner == measure.owner and act.verifier in (None, measure.verifier):
        raise Incomplete(N_("Name another owner or another verifier."), clause=CLAUSE, field="owner")
    if measure.state == MeasureState.DONE and owner != measure.owner:
        raise Conflict(N_("It is reported as done: it is verified or sent back first."), clause=CLAUSE, field="owner")
    if act.verifier and act.verifier in {owner, *measure.reported_by}:
        raise OwnWork(N_("Nobody verifies the measure that he worked on."), clause=CLAUSE, field="verifier")
    verifier = act.verifier or _still(measure, company, owner, case.now)
    return [MeasureReassigned(owner=owner, verifier=verifier, reason=act.reason)]


@_decides(CancelMeasure)
def _cancel(case: _Case) -> Sequence[Event]:
    """A measure is taken back by somebody whose own work it is not."""
    if case.actor.people & {case.measure.owner}:
        raise OwnWork(N_("Nobody decides about his own measure."), clause=CLAUSE)
    return [MeasureCancelled(reason=case.act.reason)]


def _must_be_newest(number: int, newest: int, missing: str) -> None:
    if number > newest:
        raise Unknown(missing, clause=CLAUSE, number=number)
    if number < newest:
        raise AlreadyDecided(
            N_("Number {number} was decided already; {newest} is the newest."),
            clause=CLAUSE,
            number=number,
            newest=newest,
        )


def _must_be_here(company: Company, field: str, person_id: str | None) -> None:
    person = company.person(person_id) if person_id else None
    if person_id and (person is None or not person.is_active):
        raise Unknown(
            N_("The company has nobody active with the id “{person}”."), clause=CLAUSE, field=field, person=person_id
        )


def _still(measure: Measure, company: Company, owner: str, now: datetime) -> str | None:
    """Return the verifier as he is, unless the new owner makes him verify his own work."""
    own = {owner, *deputies_of(measure, company, owner, now), *measure.reported_by}
    if measure.verifier and measure.verifier not in own:
        return measure.verifier
    return default_verifier(measure, company, owner, now)


# ── the passing of time, and of people ────────────────────────────────────────


def overdue(measure: Measure, now: datetime) -> Sequence[Event]:
    """Return what the end of the due day makes happen."""
    is_late = measure.state == MeasureState.OPEN and not measure.is_overdue and measure.due and measure.due.at <= now
    return [MeasureOverdue(due=measure.due)] if is_late and measure.due else []


def passed_on(measure: Measure, company: Company, now: datetime) -> Iterator[Event]:
    """Yield who takes over from whoever is not with the company any more (4.2): his deputy, else a leader."""
    gone = {item for item in (measure.owner, measure.verifier) if item and not _is_active(company, item)}
    if measure.is_over or not gone:
        return
    owner = _successor(measure, company, now) if measure.owner in gone else measure.owner
    verifier = measure.verifier
    if verifier is None or verifier in gone | {owner}:
        stand_ins = deputies_of(measure, company, verifier, now) if verifier in gone and verifier else []
        own = {owner, *deputies_of(measure, company, owner, now), *measure.doers}
        verifier = next((item for item in stand_ins if item not in own), None)
        verifier = verifier or default_verifier(measure, company, owner, now)
    if (owner, verifier) != (measure.owner, measure.verifier):
        yield MeasurePassedOn(
            left=measure.owner if measure.owner in gone else min(gone), owner=owner, verifier=verifier
        )


def _successor(measure: Measure, company: Company, now: datetime) -> str:
    """Return who owns it next: a deputy of whoever left, else a manager, else a director, who do not verify it."""
    leaders = [person for post in (*_LEADERS, Role.IT_SUPERVISOR) for person in company.in_order(post, now)]
    candidates = [*deputies_of(measure, company, measure.owner, now), *leaders]
    fit = (person for person in candidates if person not in (measure.owner, measure.verifier))
    return next(fit, measure.owner)


def _is_active(company: Company, person_id: str) -> bool:
    person = company.person(person_id)
    return person is not None and person.is_active


# ── what somebody may do now ──────────────────────────────────────────────────


def possible(measure: Measure, company: Company, person: str, at: datetime) -> list[str]:
    """Return the names of the acts that would not be refused for want of a role, a state or an object."""
    if measure.is_over:
        return []
    own = capacities(measure, company, person, at)
    return [
        act.name
        for act, right in RIGHTS.items()
        if measure.state in right.states
        and any(actor.role in right.roles and _makes_sense(act, measure, actor.people) for actor in own)
    ]


def _makes_sense(act: type[MeasureAct], measure: Measure, people: set[str]) -> bool:
    extension: Extension | None = measure.pending_extension
    completion: Completion | None = measure.pending_completion
    if act is VerifyMeasure:
        return completion is not None and not people & measure.doers
    if act is DecideExtension:
        return extension is not None and not people & {measure.owner, *extension.by}
    if act is AskExtension:
        return extension is None
    return act is not CancelMeasure or measure.owner not in people


# ── the file ──────────────────────────────────────────────────────────────────


class MeasureFile(Ledger[Measure]):
    """Holds a measure, what it is judged by, and everything new since it was last taken out; no clock, no I/O."""

    def __init__(self, measure: Measure, around: Surroundings) -> None:
        """Open the file of a measure."""
        super().__init__(measure)
        self.around = around

    @property
    def measure(self) -> Measure:
        """Return the measure as it stands."""
        return self._state

    def act(self, command: Command[Act], now: datetime) -> Receipt:
        """Carry out a command; what it brings along is what the measure is judged by from now on."""
        receipt = super().act(command, now)
        if not receipt.is_repeat:
            self.around = self._around(command)
        return receipt

    def receipt(self, now: datetime) -> Receipt:
        """Say where the measure stands."""
        measure = self.measure
        return Receipt(
            incident=measure.number,
            seq=measure.seq,
            version=measure.version,
            phase=measure.state,
            recorded_at=now,
        )

    def _around(self, command: Command[Act]) -> Surroundings:
        brought = command.surroundings if isinstance(command, MeasureCommand) else None
        return brought or self.around

    def _decide(self, command: Command[Act], now: datetime) -> Decision:
        return decide(self.measure, command, self._around(command), now)

    def _clause(self, command: Command[Act]) -> str:
        return RIGHTS[cast("type[MeasureAct]", type(command.act))].clause

    def _entry(self, **fields: Any) -> Entry:
        return MeasureEntry(**fields)

    def _apply(self, entry: Entry) -> None:
        apply(self.measure, entry)
