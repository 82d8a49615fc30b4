"""The summary report as a file: HTML, PDF or Word, of the draft or of a submitted version, in either language."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, BackgroundTasks, HTTPException, Query, Response

from adapters.documents import FORMATS, Busy, Format, NoPango, Paper, TooSlow, html
from adapters.i18n import translator
from api.auth import CurrentCaller, CurrentPerson
from api.bodies import Number
from api.deps import Locale, Ports
from api.openapi import problems
from api.problems import Case, Denied
from api.services import Services
from api.summary import reading
from api.summary.dossier import Dossier, Submitted, gather
from api.summary.drafts import In
from api.summary.writing import paper
from domain.accounts import Scope
from domain.text import N_

router = APIRouter(prefix="/incidents/{number}/report", tags=["reports"])
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk"
_SOON = {"Retry-After": "10"}
NO_PANGO = Case(
    503,
    "pdf-away",
    N_("PDF cannot be made here: install {packages}. HTML and Word can."),
    {"packages": PACKAGES},
    headers={"Retry-After": "3600"},
)
BUSY = Case(503, "printing-busy", N_("Other documents are being made; try again in a moment."), headers=_SOON)
SLOW = Case(503, "printing-failed", N_("The document could not be made in time; it was logged."), headers=_SOON)
_ANSWER: dict[str, Any] = {
    "description": "The document.",
    "content": {
        kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for kind in FORMATS.values()
    },
}


@router.get(
    "/document",
    name="summary_report_document",
    operation_id="summary_report_document",
    summary="The summary report as HTML, PDF or Word",
    response_class=Response,
    responses={200: _ANSWER, **problems(404, 422)},
)
async def document(
    number: Number,
    *,
    person: CurrentPerson,
    caller: CurrentCaller,
    ports: Ports,
    _: Locale,
    later: BackgroundTasks,
    format: Annotated[Format, Query(description="As which kind of file.")] = "html",  # noqa: A002
    language: In = None,
    version: Annotated[
        int | None,
        Query(ge=0, le=9999, description="A submitted version, 0 for the draft; default: the newest that stands."),
    ] = None,
) -> Response:
    """Write it; a draft is marked as one. That a receiver opened the submitted report is recorded once."""
    dossier = await gather(ports, number)
    of = chosen(dossier, version)
    if of and of == dossier.standing and Scope.ACT in caller.scopes:
        reading.noted(ports, dossier.incident, person.id, later)
    return await written(ports, paper(dossier, of, translator(language) if language else _), format)


def chosen(dossier: Dossier, version: int | None) -> Submitted | None:
    """Return which submitted version is wanted, None for the draft; raise HTTPException for one that never was."""
    if version is None:
        return dossier.standing
    of = dossier.version(version) if version else None
    if version and of is None:
        raise HTTPException(404)
    return of


async def written(ports: Services, sheet: Paper, wanted: Format) -> Response:
    """Return a paper as a file; raise Denied where it cannot be made now."""
    try:
        content = await ports.printer.write(sheet, wanted)
    except NoPango:
        raise Denied(NO_PANGO) from None
    except Busy:
        raise Denied(BUSY) from None
    except TooSlow:
        raise Denied(SLOW) from None
    name = f"{sheet.heading} {sheet.number}.{wanted}"
    headers = {
        "Content-Disposition": f"inline; filename=\"report-{sheet.number}.{wanted}\"; filename*=UTF-8''{quote(name)}",
        "Content-Language": sheet.language,
        "Cache-Control": "no-store",
        **html.headers(sheet),
    }
    return Response(content, media_type=FORMATS[wanted], headers=headers)
