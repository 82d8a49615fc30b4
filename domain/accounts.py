"""Passwords and credentials: what a password must be, how long a pause a wrong one costs, what a token may."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from domain.company import Person
from domain.errors import NotAuthorised, Unacceptable
from domain.text import N_

SHORTEST = 10
LONGEST = 256
FREE_TRIES = 4
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
_FEWEST_CHARACTERS = 5
_CLAUSE = "2"
_COMMON = ("password", "passw0rd", "qwerty", "1234567", "7654321", "admin", "welcome", "letmein", "fengsui", "烽燧")


class Scope(StrEnum):
    """What a token is good for, within what its owner may do."""

    READ = "read"
    ACT = "act"
    ADMINISTER = "administer"


class Feed(StrEnum):
    """What a machine's key is good for."""

    ALERTS = "alerts"


def check_password(password: str, person: Person, *, former: bool) -> None:
    """Refuse a password that is short, common, told by the person's own names, or the one before."""
    if len(password) < SHORTEST:
        raise _unfit(N_("A password has at least {least} characters."), least=SHORTEST)
    if len(password) > LONGEST:
        raise _unfit(N_("A password has at most {most} characters."), most=LONGEST)
    if len(set(password)) < _FEWEST_CHARACTERS:
        raise _unfit(N_("A password has at least {least} different characters."), least=_FEWEST_CHARACTERS)
    plain = password.casefold()
    names = (*person.id.split("-"), *person.name_en.split(), person.name)
    told = [name for name in names if len(name) > 1 and name.casefold() in plain]
    rest = len(plain) - sum(len(name) for name in told)
    if any(word in plain for word in _COMMON) or (told and rest < SHORTEST):
        raise _unfit(N_("This password is easily guessed."))
    if former:
        raise _unfit(N_("The new password must differ from the old one."))


def check_system(system: str, systems: Collection[str]) -> None:
    """Refuse what a machine reports of a system that its key is not for; a key without systems is for all (5.2.1)."""
    if systems and system not in systems:
        raise NotAuthorised(
            N_("This key is not for the system “{system}”, only for: {systems}."),
            clause="5.2.1",
            field="system",
            system=system,
            systems=", ".join(sorted(systems)),
        )


def pause_after(failures: int) -> timedelta:
    """Return how long nobody may try after so many wrong passwords in a row; each further one doubles it."""
    if failures <= FREE_TRIES:
        return timedelta()
    doublings = min(failures - FREE_TRIES - 1, 16)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _unfit(message: str, **params: object) -> Unacceptable:
    return Unacceptable(message, clause=_CLAUSE, field="new_password", **params)
