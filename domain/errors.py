"""Why an act is refused.

Refusal
├── NotAuthorised        this person may not do this
│   ├── DelegationEnded      he could, while his delegation lasted
│   └── OwnWork              he would approve, verify or accept what he did himself
├── Conflict             not now, or not any more
│   ├── WrongPhase           the incident is not where this act belongs
│   ├── AlreadyDecided       another decision on the same question stands
│   ├── StaleVersion         the caller looked at an older version
│   ├── CommandReused        the same command id came with another content
│   └── Incomplete           something that must come first is missing
├── Unacceptable         the content breaks a rule
│   ├── InTheFuture          it cannot have happened yet
│   ├── ReasonNeeded         the policy asks for a reason
│   └── Unknown              it names something that the incident does not have
├── NoSuchIncident       there is no such incident
└── NoSuchMeasure        there is no such rectification measure

None of them knows HTTP. Each carries a code, the clause it rests on, the field it is about, and a message to translate.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """An act that the policy does not allow; nothing was changed."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, *, clause: str, field: str | None = None, **params: Any) -> None:
        """Keep the English message (a catalogue key) apart from its parameters, so that any language can be read."""
        super().__init__(message)
        self.message = message
        self.clause = clause
        self.field = field
        self.params = {name: str(value) for name, value in params.items()}

    def as_details(self) -> dict[str, Any]:
        """Return what another process needs to tell a person."""
        return {
            "code": self.code,
            "clause": self.clause,
            "field": self.field,
            "message": self.message,
            "params": self.params,
        }


class NotAuthorised(Refusal):
    """This person may not do this."""

    code = "not-authorised"


class DelegationEnded(NotAuthorised):
    """He could act for another while the delegation lasted."""

    code = "delegation-ended"


class OwnWork(NotAuthorised):
    """Nobody approves, verifies or accepts his own work."""

    code = "own-work"


class Conflict(Refusal):
    """Not now, or not any more."""

    code = "conflict"


class WrongPhase(Conflict):
    """The incident is not in a phase where this act belongs."""

    code = "wrong-phase"


class AlreadyDecided(Conflict):
    """A decision on the same question stands."""

    code = "already-decided"


class StaleVersion(Conflict):
    """The caller looked at an older version."""

    code = "stale-version"


class CommandReused(Conflict):
    """The same command id came with another content."""

    code = "command-reused"


class Incomplete(Conflict):
    """Something that must come first is missing."""

    code = "incomplete"


class Unacceptable(Refusal):
    """The content breaks a rule."""

    code = "unacceptable"


class InTheFuture(Unacceptable):
    """It cannot have happened yet."""

    code = "in-the-future"


class ReasonNeeded(Unacceptable):
    """The policy asks for a reason."""

    code = "reason-needed"


class Unknown(Unacceptable):
    """It names something that the incident does not have."""

    code = "unknown"


class NoSuchIncident(Refusal):
    """There is no such incident."""

    code = "no-such-incident"


class NoSuchMeasure(Refusal):
    """There is no such rectification measure."""

    code = "no-such-measure"


def _tree(root: type[Refusal]) -> list[type[Refusal]]:
    return [root, *(leaf for branch in root.__subclasses__() for leaf in _tree(branch))]


REFUSALS = {refusal.code: refusal for refusal in _tree(Refusal)}
