"""What everybody may know: the policy, the company's systems and people, and who he himself is."""

from typing import Any

from fastapi import APIRouter

from adapters.i18n import Translator
from adapters.snapshot import now_in_utc
from adapters.store.database import DatabaseAway
from api.auth import CurrentPerson
from api.deps import Locale, Ports
from domain.clauses import CLAUSES, wording
from domain.company import Company, Delegation, Person, Role
from domain.policy import CompanyPolicy
from domain.text import Wire

router = APIRouter(tags=["company"])


class ClauseView(Wire):
    """A clause of the policy in short."""

    id: str
    text: str


class PolicyNow(Wire):
    """Every number of the policy, whether it is in force (9), and the clauses that they serve."""

    policy: CompanyPolicy
    is_in_force: bool
    clauses: list[ClauseView]


class DepartmentView(Wire):
    """A department and who heads it."""

    id: str
    name: str
    head: str | None = None


class SystemView(Wire):
    """An information system; its id is the label ``system`` of an alert."""

    id: str
    name: str
    location: str
    technicians: list[str]
    runbooks: list[str]
    probes: list[str]
    remote_ok: bool


class PersonView(Wire):
    """A person without the ways to reach him."""

    id: str
    name: str
    department: str
    posts: list[Role]
    deputy_for: list[Role]
    is_active: bool
    is_duty_on_site: bool


class Me(PersonView):
    """Who the caller is; ``unread`` is null while the inbox cannot be read."""

    language: str
    delegations: list[Delegation]
    unread: int | None = None


@router.get("/policy", operation_id="policy", summary="The policy's numbers and clauses")
async def policy(_person: CurrentPerson, ports: Ports, _: Locale) -> PolicyNow:
    """Show the numbers by which incidents that open now are run."""
    current = ports.snapshots.policy
    today = (await ports.snapshots.calendar()).local(now_in_utc()).date()
    clauses = [ClauseView(id=clause, text=wording(clause, _.language)) for clause in CLAUSES]
    return PolicyNow(policy=current, is_in_force=current.is_in_force(today), clauses=clauses)


@router.get("/company/departments", operation_id="departments", summary="Departments")
async def departments(_person: CurrentPerson, ports: Ports, _: Locale) -> list[DepartmentView]:
    """List the departments."""
    company = await ports.snapshots.directory.company()
    return [
        DepartmentView(id=item.id, name=item.name.in_language(_.language), head=item.head)
        for item in company.departments
    ]


@router.get("/company/systems", operation_id="systems", summary="Information systems")
async def systems(_person: CurrentPerson, ports: Ports, _: Locale) -> list[SystemView]:
    """List the systems that can be reported."""
    company = await ports.snapshots.directory.company()
    return [
        SystemView(
            **system.model_dump(exclude={"name", "location", "probes"}),
            name=system.name.in_language(_.language),
            location=system.location.in_language(_.language),
            probes=[probe.id for probe in system.probes],
        )
        for system in company.systems
    ]


@router.get("/company/people", operation_id="people", summary="People and posts")
async def people(_person: CurrentPerson, ports: Ports, _: Locale) -> list[PersonView]:
    """List the people; how they are reached is nobody's business here."""
    company = await ports.snapshots.directory.company()
    return [PersonView(**_shown(person, company, _)) for person in company.people]


@router.get("/me", operation_id="me", summary="Who I am")
async def me(person: CurrentPerson, ports: Ports, _: Locale) -> Me:
    """Show the caller his posts, his delegations, and how much he has not read."""
    company = await ports.snapshots.directory.company()
    try:
        unread: int | None = await ports.inbox.unread(person.id)
    except DatabaseAway:
        unread = None
    own = [item for item in company.delegations if person.id in (item.deputy, item.principal)]
    return Me(**_shown(person, company, _), language=person.language, delegations=own, unread=unread)


def _shown(person: Person, company: Company, _: Translator) -> dict[str, Any]:
    now = now_in_utc()
    return {
        "id": person.id,
        "name": person.name if _.language == "zh-CN" else person.name_en,
        "department": person.department,
        "posts": person.posts,
        "deputy_for": [item.post for item in company.in_force(now) if item.deputy == person.id],
        "is_active": person.is_active,
        "is_duty_on_site": person.is_duty_on_site,
    }
