"""Looking at evidence: what there is, whose hands it went through, and the files themselves (5.3.5)."""

import asyncio
import csv
import io
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field

from adapters.evidence.inspection import measured
from adapters.i18n import Translator
from adapters.i18n.formats import instant
from adapters.snapshot import now_in_utc
from adapters.store.custody import Handled, Handling
from adapters.store.database import DatabaseAway
from adapters.store.exhibits import ExhibitRow, rows_of
from api.auth import Keeper
from api.bodies import Number
from api.deps import Locale, Ports
from api.names import name_of
from api.openapi import problems
from api.problems import Case, Denied
from api.reading import must_exist
from api.services import Services
from api.signin.entry import address_of
from api.timeline import unrecorded
from domain.administration import Task
from domain.company import Company, Person
from domain.text import N_, Wire

router = APIRouter(prefix="/incidents/{number}", tags=["evidence"])

_MOST = 500
_RECORD_SECONDS = 8.0
_PACE_SECONDS = 0.1
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Whatever it is: a browser neither shows it, nor guesses what it is, nor runs it.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
Reader = Annotated[Person, Depends(Keeper(Task.READ_EVIDENCE))]
Seq = Annotated[int, Path(ge=1, le=2**31 - 1, description="The timeline entry of the evidence.")]
_UNRECORDED = Case(
    503,
    "evidence-unrecorded",
    N_("The record does not have this evidence yet; try again in a moment."),
    clause="5.3.5",
    headers={"Retry-After": "2"},
)
_NOT_HERE = Case(404, "not-found", N_("This incident has no evidence of that number."), clause="5.3.5")


class EvidenceView(ExhibitRow):
    """A piece of evidence; ``seq`` is its timeline entry and its number here."""

    collected_by_name: str | None = None
    received_by_name: str
    is_recorded: bool = Field(description="False while the record does not have it yet.")


class EvidenceList(Wire):
    """Evidence in the order of the timeline; ``next_after_seq`` asks for what follows."""

    items: list[EvidenceView]
    next_after_seq: int | None = None


class CustodyView(Wire):
    """Who had the evidence in hand: received, downloaded, exported, verified."""

    id: int
    at: AwareDatetime
    person: str | None = None
    person_name: str
    act: Handling
    seq: int
    digest: str
    algorithm: str
    address: str | None = None
    detail: str | None = None
    hash: str


class Verification(Wire):
    """What the content of a piece of evidence is now."""

    seq: int
    is_intact: bool
    digest: str | None = Field(None, description="The digest of what is stored now; null where nothing is.")
    size: int | None = None
    verified_at: AwareDatetime


@router.get("/evidence", operation_id="evidence", summary="The evidence of an incident", responses=problems(404, 422))
async def evidence(
    number: Number,
    _reader: Reader,
    ports: Ports,
    _: Locale,
    *,
    after_seq: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only what follows this entry.")] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> EvidenceList:
    """List what was collected: by whom, when, where, under which digest."""
    company = await ports.snapshots.directory.company()
    following = [pair for pair in await held(ports, number) if pair[0].seq > after_seq]
    items = [_view(row, company, _, is_recorded=is_recorded) for row, is_recorded in following[:limit]]
    return EvidenceList(items=items, next_after_seq=items[-1].seq if len(following) > limit else None)


@router.get(
    "/evidence.csv",
    operation_id="evidence_table",
    summary="The evidence of an incident as a table",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **problems(404, 422)},
)
async def evidence_table(number: Number, _reader: Reader, ports: Ports, _: Locale) -> Response:
    """Write the list for a spreadsheet; nothing in it is taken for a formula."""
    company = await ports.snapshots.directory.company()
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow([_(head) for head in _HEADS.values()])
    for row, is_recorded in await held(ports, number):
        shown = _view(row, company, _, is_recorded=is_recorded)
        table.writerow([_cell(_said(getattr(shown, name), _)) for name in _HEADS])
    headers = {**HARMLESS, "Content-Disposition": disposition(f"evidence-{number}.csv")}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


_HEADS = {
    "seq": N_("entry"),
    "file_name": N_("file"),
    "record": N_("kind"),
    "text": N_("text"),
    "size": N_("bytes"),
    "algorithm": N_("algorithm"),
    "digest": N_("digest"),
    "media_type": N_("type"),
    "declared_type": N_("declared type"),
    "collected_by_name": N_("collected by"),
    "collected_at": N_("collected at"),
    "place": N_("place"),
    "received_by_name": N_("received from"),
    "received_at": N_("received at"),
    "collector": N_("collector"),
}


def _said(value: Any, _: Translator) -> str:
    if value is None:
        return ""
    return instant(value, _) if hasattr(value, "tzinfo") else _.word(str(value))


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


@router.get(
    "/evidence/{seq}",
    operation_id="evidence_file",
    summary="Download a piece of evidence",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        **problems(404, 422),
    },
)
async def evidence_file(number: Number, seq: Seq, reader: Reader, ports: Ports, request: Request) -> Response:
    """Send the file as it was received, as an attachment; the custody list tells who took it."""
    row = await _recorded(ports, number, seq)
    size = await ports.storage.size(row.algorithm, row.digest)
    if size is None:
        raise Denied(_missing(seq))
    await ports.custody.append([handled(row, "downloaded", reader, request)])
    headers = {
        **HARMLESS,
        "Content-Disposition": disposition(row.file_name),
        "Content-Length": str(size),
        "X-Evidence-Digest": f"{row.algorithm}={row.digest}",
    }
    content = ports.storage.read(row.algorithm, row.digest)
    return StreamingResponse(content, media_type="application/octet-stream", headers=headers)


@router.get(
    "/evidence/{seq}/custody",
    operation_id="custody",
    summary="Whose hands a piece of evidence went through",
    responses=problems(404, 422),
)
async def custody(number: Number, seq: Seq, _reader: Reader, ports: Ports, _: Locale) -> list[CustodyView]:
    """List who received, downloaded, exported and verified it, when, and from where."""
    await _find(ports, number, seq)
    company = await ports.snapshots.directory.company()
    return [
        CustodyView(**link.model_dump(), person_name=_name(company, link.person, _))
        for link in await ports.custody.of_incident(number, seq)
    ]


@router.post(
    "/evidence/{seq}/verifications",
    operation_id="verify_evidence",
    summary="Compare the stored file with its digest now",
    responses=problems(404, 422),
)
async def verify_evidence(number: Number, seq: Seq, reader: Reader, ports: Ports, request: Request) -> Verification:
    """Read the stored file from beginning to end; the outcome stands in the custody list."""
    row = await _recorded(ports, number, seq)
    seen = await measured(ports.storage, row.algorithm, row.digest)
    is_intact = seen == (row.digest, row.size)
    detail = "intact" if is_intact else "missing" if seen is None else "changed"
    await ports.custody.append([handled(row, "verified", reader, request, detail)])
    digest, size = seen or (None, None)
    return Verification(seq=seq, is_intact=is_intact, digest=digest, size=size, verified_at=now_in_utc())


async def held(ports: Services, number: str) -> list[tuple[ExhibitRow, bool]]:
    """Return the evidence of an incident, and whether the record has it already."""
    waiting = rows_of(await unrecorded(ports, number))
    try:
        recorded = await ports.exhibits.of_incident(number)
    except DatabaseAway:
        if not waiting:
            raise
        recorded = []
    if not recorded and not waiting:
        await must_exist(ports, number)
    known = {row.seq for row in recorded}
    return [*((row, True) for row in recorded), *((row, False) for row in waiting if row.seq not in known)]


async def _find(ports: Services, number: str, seq: int) -> ExhibitRow:
    for row, _is_recorded in await held(ports, number):
        if row.seq == seq:
            return row
    raise Denied(_NOT_HERE)


async def _recorded(ports: Services, number: str, seq: int) -> ExhibitRow:
    """Find a piece of evidence, and wait until the record has it: nobody took it before it was received."""
    row = await _find(ports, number, seq)
    try:
        async with asyncio.timeout(_RECORD_SECONDS):
            while not await _is_recorded(ports, number, seq):  # noqa: ASYNC110  the answer comes from elsewhere
                await asyncio.sleep(_PACE_SECONDS)
    except TimeoutError:
        raise Denied(_UNRECORDED) from None
    return row


async def _is_recorded(ports: Services, number: str, seq: int) -> bool:
    return seq in {known.seq for known in await ports.exhibits.of_incident(number)}


def _missing(seq: int) -> Case:
    message = N_("The file of entry {seq} is not in the storage; `fengsui verify` tells what else is wrong.")
    return Case(503, "evidence-missing", message, {"seq": str(seq)}, clause="5.3.5")


def handled(row: ExhibitRow, act: Handling, person: Person, request: Request, detail: str | None = None) -> Handled:
    """Return a line of the custody list."""
    about = row.model_dump(include={"incident", "seq", "digest", "algorithm"})
    return Handled(person=person.id, act=act, address=address_of(request), detail=detail, **about)


def disposition(name: str) -> str:
    """Return the header that makes a browser store a file, whatever signs its name has."""
    plain = "".join(character if character.isascii() and character.isalnum() else "_" for character in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _view(row: ExhibitRow, company: Company, _: Translator, *, is_recorded: bool) -> EvidenceView:
    by = row.collected_by
    return EvidenceView(
        **row.model_dump(),
        collected_by_name=_name(company, by, _) if by else None,
        received_by_name=_name(company, row.received_by, _),
        is_recorded=is_recorded,
    )


def _name(company: Company, person: str | None, _: Translator) -> str:
    return name_of(company, person, _) if person else _.word("system")
