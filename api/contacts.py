"""Trying a contact point: one test message, and what its provider answers, at once."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException

from activities.messages import Message
from adapters.directory.registrar import Editor
from adapters.snapshot import now_in_utc
from api.bodies import IdempotencyKey
from api.commands import command_id
from api.deps import Ports
from api.directory import Entitled, ItemId
from api.openapi import problems
from domain.administration import Task
from domain.directory import INBOX
from domain.policy import Severity
from domain.text import Wire

router = APIRouter(prefix="/directory", tags=["directory"])
_TEST = "contact_test"


class Tried(Wire):
    """What came of it. ``is_confirmed`` is false where the way there cannot tell a refusal."""

    person: str
    channel: str
    is_accepted: bool
    is_confirmed: bool
    detail: str


@router.post(
    "/people/{person}/contacts/{channel}/test",
    operation_id="test_contact",
    summary="Send a test message to one contact point",
    responses=problems(404, 413, 415, 422),
)
async def try_contact(
    person: ItemId,
    channel: ItemId,
    *,
    editor: Annotated[Editor, Depends(Entitled(Task.TEST_CONTACTS))],
    ports: Ports,
    key: IdempotencyKey = None,
) -> Tried:
    """Hand a test message to the provider of a channel and show its own answer; the log of deliveries keeps it too."""
    member = (await ports.snapshots.directory.known()).register.member(person)
    if member is None or (channel != INBOX and member.address(channel) is None):
        raise HTTPException(404)
    message = _message(person, channel, editor.person, command_id(editor.person, key))
    delivery, _refusal = await ports.paging.attempt(message)
    return Tried(
        person=person,
        channel=channel,
        is_accepted=delivery.is_accepted,
        is_confirmed=delivery.is_accepted and delivery.is_confirmed,
        detail=delivery.detail,
    )


def _message(person: str, channel: str, by: str, command: str) -> Message:
    digest = hashlib.sha256(command.encode()).hexdigest()[:24]
    return Message(
        dedup_key=f"{_TEST}:{digest}:1:{person}:{channel}",
        incident=_TEST,
        title="",
        system="",
        severity=Severity.IV,
        recipient=person,
        channel=channel,
        template=_TEST,
        question=_TEST,
        clause="4.2",
        created_at=now_in_utc(),
        params={"person": by},
    )
