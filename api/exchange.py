"""The directory as a file: company.yaml out, company.yaml in, and what it would change."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from adapters.companyfile import written
from adapters.directory.registrar import Editor, Imported
from adapters.directory.words import told
from adapters.i18n import Translator
from adapters.problems import FileProblem
from api import audit
from api.bodies import Strict
from api.deps import Locale, Ports
from api.directory import Entitled
from api.openapi import problems
from api.problems import MOST_BYTES, Case, respond
from domain.administration import Task
from domain.text import N_, Line, Wire

router = APIRouter(prefix="/directory", tags=["directory"])

FILE_NAME = "company.yaml"
_MOST_FAULTS = 200
_FILE: dict[str, Any] = {
    "headers": {"ETag": {"description": "The revision.", "schema": {"type": "string"}}},
    "content": {"application/yaml": {"schema": {"type": "object"}}},
}


class ImportBody(Strict):
    """A company file, and whether it is only compared."""

    text: Annotated[str, Field(max_length=MOST_BYTES)]
    dry_run: bool = True
    revision: int | None = Field(None, ge=0, le=2**31, description="Refuse when the directory has moved on since.")
    reason: Line | None = None


class DifferenceView(Wire):
    """An item that differs, and how, in sentences."""

    kind: str
    item: str
    change: Literal["new", "changed", "removed"]
    texts: list[str]


class ImportView(Wire):
    """What the file changes or would change, and what is missing in it though nothing is wrong."""

    is_dry_run: bool
    revision: int
    differences: list[DifferenceView]
    warnings: list[str]


class Yaml(Response):
    """The company file."""

    media_type = "application/yaml"


@router.get(
    "/export",
    operation_id="export_directory",
    summary="The whole directory as company.yaml",
    response_class=Yaml,
    responses={200: _FILE},
)
async def export(_editor: Annotated[Editor, Depends(Entitled(Task.READ_CONTACTS))], ports: Ports) -> Response:
    """Write the directory; reading it in again changes nothing."""
    known = await ports.snapshots.directory.refresh()
    return Yaml(written(known.register), headers={"ETag": f'"{known.revision}"'})


@router.post(
    "/import",
    operation_id="import_directory",
    summary="Make the directory what a company file says, or only compare",
    responses=problems(409, 422),
    response_model=ImportView,
)
async def take_in(
    body: ImportBody,
    *,
    editor: Annotated[Editor, Depends(Entitled(Task.EDIT_DIRECTORY))],
    ports: Ports,
    _: Locale,
    request: Request,
) -> Any:
    """Compare (`dry_run`, the default) or put in place; a file with faults changes nothing, each has its line."""
    try:
        if body.dry_run:
            found = await ports.registrar.compare(body.text, FILE_NAME)
        else:
            by = editor._replace(reason=body.reason)
            found = await ports.registrar.take_in(body.text, FILE_NAME, by, body.revision)
    except FileProblem as problem:
        case = _case(problem)
        await audit.note(request, case)
        return respond(request, case)
    return _import_view(found, _, is_dry_run=body.dry_run)


def _import_view(found: Imported, _: Translator, *, is_dry_run: bool) -> ImportView:
    differences = [
        DifferenceView(
            kind=item.kind,
            item=item.item,
            change="new" if item.before is None else "removed" if item.after is None else "changed",
            texts=told(item, _),
        )
        for item in found.differences
    ]
    warnings = [fault.text(_.language) for fault in found.warnings]
    return ImportView(is_dry_run=is_dry_run, revision=found.revision, differences=differences, warnings=warnings)


def _case(problem: FileProblem) -> Case:
    faults = problem.faults[:_MOST_FAULTS]
    errors = tuple((f"{fault.file}:{fault.line or 1}: {fault.field}", fault.message, fault.params) for fault in faults)
    message = N_("The company file cannot be used; nothing was changed.")
    return Case(422, "malformed", message, field="text", clause="2", errors=errors)
