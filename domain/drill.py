"""Whom a drill reaches: everybody but the general manager and his deputies, unless it names them."""

from domain.company import Role
from domain.incident import Incident


def addressable(incident: Incident, people: list[str]) -> list[str]:
    """Leave out whom a drill must not reach: the general manager and his deputies, unless named."""
    known = [person for person in dict.fromkeys(people) if incident.company.person(person)]
    if not incident.is_drill:
        return known
    top = {person for person in _top(incident) if not _has_other_post(incident, person)}
    return [person for person in known if person not in top or person in incident.drill_includes]


def spares_general_manager(incident: Incident) -> bool:
    """Tell whether a drill asks nothing of the general manager: it reaches neither him nor a deputy of his."""
    return incident.is_drill and not addressable(incident, _top(incident))


def _top(incident: Incident) -> list[str]:
    company = incident.company
    deputies = [item.deputy for item in company.delegations if item.post == Role.GENERAL_MANAGER]
    return [*company.holders(Role.GENERAL_MANAGER), *deputies]


def _has_other_post(incident: Incident, person_id: str) -> bool:
    person = incident.company.person(person_id)
    return bool(person and set(person.posts) - {Role.GENERAL_MANAGER})
