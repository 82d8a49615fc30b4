"""Who is told of a version of a runbook: the manager that it waits for him, its writers what he decided."""

from collections.abc import Sequence

import structlog

from activities.messages import Message
from adapters.runbooks.library import Kept
from adapters.snapshot import now_in_utc
from adapters.store.database import DatabaseAway
from api.services import Services
from domain.directory import INBOX
from domain.policy import Severity
from domain.runbook import CLAUSE

TEMPLATE = "runbook_version"
_log = structlog.get_logger(__name__)


async def tell(ports: Services, people: Sequence[str], kept: Kept, by: str) -> None:
    """Leave a message in everybody's inbox, and on the first other channel that takes it; nobody hears of his own act.

    It is only a help: what waits too long is told by the readiness of the morning.
    """
    for person_id in people:
        try:
            person = await ports.snapshots.directory.person(person_id) if person_id != by else None
        except DatabaseAway:
            _log.warning("runbook_version_not_told", runbook=kept.edition.ref)
            return
        others = [channel for channel in person.channels if channel != INBOX] if person else []
        if person is not None:
            await ports.paging.attempt(_message(kept, person_id, INBOX, by))
        for channel in others:
            delivery, _refusal = await ports.paging.attempt(_message(kept, person_id, channel, by))
            if delivery.is_accepted:
                break


def _message(kept: Kept, person: str, channel: str, by: str) -> Message:
    edition = kept.edition
    return Message(
        dedup_key=f"{TEMPLATE}:{edition.ref}:{kept.version}:{person}:{channel}",
        incident=TEMPLATE,
        title="",
        system="",
        severity=Severity.IV,
        recipient=person,
        channel=channel,
        template=TEMPLATE,
        question=TEMPLATE,
        clause=CLAUSE,
        created_at=now_in_utc(),
        params={
            "status": edition.status,
            "runbook": edition.ref,
            "person": by,
            "reason": (edition.reason if edition.status == "returned" else edition.why) or "",
            "path": f"{edition.book.id}/versions/{edition.book.version}/comparison",
        },
    )
