"""Runbooks as files, the way git keeps them: one YAML per version out, the same in, and what they would change."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from adapters.directory.registrar import Editor
from adapters.i18n import Translator
from adapters.problems import FileProblem
from adapters.runbooks.files import MOST_CHARACTERS, MOST_FILES, NamedText, name_of, written
from adapters.runbooks.library import Intake, Taken, draftings, exported
from adapters.runbooks.words import told
from adapters.snapshot import now_in_utc
from api import audit
from api.bodies import Strict
from api.deps import Locale, Ports
from api.openapi import problems
from api.problems import Case, respond
from api.revision import must_have_source
from api.runbooks import Drafter, ProposalBody
from api.services import Services
from domain.administration import Task, may, require
from domain.runbook import CLAUSE, Status, read_ref
from domain.text import N_, Line, Wire

router = APIRouter(prefix="/runbooks", tags=["runbooks"])
_MOST_FAULTS = 200


class FileBody(Strict):
    """A file of one version; its name is id@version.yaml."""

    name: Line
    text: Annotated[str, Field(max_length=MOST_CHARACTERS)]


class FilesBody(ProposalBody):
    """Files of runbooks, and whether they are only compared.

    ``publish`` puts them in force at once, also drafts of the same words; a version that was returned is refused.
    """

    files: list[FileBody] = Field(min_length=1, max_length=MOST_FILES)
    dry_run: bool = True
    publish: bool = False
    reason: Line | None = None


class FileView(Wire):
    """What a file changes or would change, in sentences; ``is_published`` when it was put in force with this."""

    name: str
    runbook: str
    change: Literal["new", "changed", "same"]
    is_published: bool
    texts: list[str]


class FilesView(Wire):
    """What came of files; ``missing`` lists the versions of the library that are in none of them."""

    is_dry_run: bool
    files: list[FileView]
    missing: list[str]


class ExportedFile(NamedText):
    """The file of a version, and where the version stands."""

    runbook: str
    status: Status


@router.get(
    "/export",
    operation_id="export_runbooks",
    summary="The library as files, one YAML per version",
    responses=problems(422),
)
async def export(
    _editor: Annotated[Editor, Depends(Drafter())],
    ports: Ports,
    *,
    drafts: Annotated[bool, Query(description="Also those that were never published.")] = False,
) -> list[ExportedFile]:
    """Write every version that was published and is not retired; reading them in again changes nothing."""
    known = await ports.snapshots.directory.refresh()
    return [
        ExportedFile(name=name_of(edition.book), text=written(edition.book), runbook=edition.ref, status=edition.status)
        for edition in exported(known, with_drafts=drafts)
    ]


@router.post(
    "/import",
    operation_id="import_runbooks",
    summary="Make drafts of new files, publish them, or only compare",
    responses=problems(404, 409, 413, 415, 422),
    response_model=FilesView,
)
async def take_in(
    body: FilesBody,
    *,
    editor: Annotated[Editor, Depends(Drafter())],
    ports: Ports,
    _: Locale,
    request: Request,
) -> Any:
    """Compare (`dry_run`, the default) or take in; one faulty file and nothing is changed, each fault has its line."""
    await _must_be_allowed(ports, body, editor)
    await must_have_source(ports, body.proposal().source)
    files = [NamedText(name=file.name, text=file.text) for file in body.files]
    try:
        if body.dry_run:
            found = await ports.library.compare(files)
        else:
            by = editor._replace(reason=body.reason)
            found = await ports.library.take_in(files, by, body.proposal(), publishes=body.publish)
    except FileProblem as problem:
        case = _case(problem)
        await audit.note(request, case)
        return respond(request, case)
    return _files_view(found, _, is_dry_run=body.dry_run)


async def _must_be_allowed(ports: Services, body: FilesBody, editor: Editor) -> None:
    """Whoever writes by the manager's task writes what the task is about; only the manager publishes."""
    known, now = await ports.snapshots.directory.known(), now_in_utc()
    if not may(known.company, editor.person, Task.DRAFT_RUNBOOKS, now):
        given = {task.id for task in draftings(known.items) if editor.person in task.people}
        named = (read_ref(file.name.removesuffix(".yaml")) for file in body.files)
        if not all(name is not None and name[0] in given for name in named):
            require(known.company, editor.person, Task.DRAFT_RUNBOOKS, now)
    if body.publish:
        require(known.company, editor.person, Task.PUBLISH_RUNBOOKS, now)


def _files_view(found: Intake, _: Translator, *, is_dry_run: bool) -> FilesView:
    files = [
        FileView(
            name=name_of(item.book),
            runbook=item.book.ref,
            change=_change(item),
            is_published=item.is_published,
            texts=list(_texts(item, _)),
        )
        for item in found.files
    ]
    return FilesView(is_dry_run=is_dry_run, files=files, missing=found.missing)


def _texts(item: Taken, _: Translator) -> Iterator[str]:
    if not item.is_same:
        yield from told(item.before, item.book, _)
    if item.is_published:
        yield _(N_("{runbook} was published."), runbook=item.book.ref)


def _change(item: Taken) -> Literal["new", "changed", "same"]:
    if item.is_new:
        return "new"
    return "same" if item.is_same else "changed"


def _case(problem: FileProblem) -> Case:
    faults = problem.faults[:_MOST_FAULTS]
    errors = tuple((f"{fault.file}:{fault.line or 1}: {fault.field}", fault.message, fault.params) for fault in faults)
    message = N_("These files cannot be used; nothing was changed.")
    return Case(422, "malformed", message, field="files", clause=CLAUSE, errors=errors)
