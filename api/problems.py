"""RFC 9457 problems: what they hold, and how one is written in the caller's language."""

from typing import NamedTuple

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from adapters.i18n import Translator, translator
from api.language import language_of
from domain.clauses import CLAUSES, wording
from domain.text import N_, excerpt

MEDIA_TYPE = "application/problem+json"
MOST_BYTES = 256 * 1024


class FieldFault(BaseModel):
    """One field that cannot be accepted."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457, with the policy's own members: which field, which clause, and the values in the sentence."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    field: str | None = None
    clause: str | None = None
    clause_text: str | None = None
    params: dict[str, str] = {}
    errors: list[FieldFault] = []
    phones: list[str] = []


class Case(NamedTuple):
    """What a problem says, before it has a language; one that is no news leaves no second trace in the record."""

    status: int
    code: str
    message: str
    params: dict[str, str] = {}
    field: str | None = None
    clause: str | None = None
    errors: tuple[tuple[str, str, dict[str, str]], ...] = ()
    phones: tuple[str, ...] = ()
    headers: dict[str, str] = {}
    is_news: bool = True


class Denied(Exception):
    """A request that goes no further; nothing of the policy forbids it."""

    def __init__(self, case: Case) -> None:
        """Take what is answered."""
        super().__init__(case.code)
        self.case = case


TITLES = {
    400: N_("Not readable"),
    401: N_("Sign-in needed"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Method not allowed"),
    409: N_("Conflict"),
    413: N_("Too large"),
    415: N_("Not JSON"),
    422: N_("Not acceptable"),
    429: N_("Too many requests"),
    500: N_("Internal error"),
    503: N_("Not available"),
}
_MESSAGES = {
    400: N_("The request could not be read."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not take this method."),
    413: N_("The request is larger than {most} bytes."),
    415: N_("The request must be JSON (Content-Type: application/json)."),
}
UNAUTHENTICATED = Case(
    401,
    "unauthenticated",
    N_("A valid token is needed: Authorization: Bearer <token>."),
    headers={"WWW-Authenticate": 'Bearer realm="fengsui"'},
)


def plain(status: int, headers: dict[str, str] | None = None) -> Case:
    """Return the case of a status that HTTP itself explains."""
    message = _MESSAGES.get(status, N_("The request could not be answered."))
    params = {"most": str(MOST_BYTES)} if "{most}" in message else {}
    code = {413: "too-large", 415: "not-json", 404: "not-found", 405: "method-not-allowed"}.get(status, "malformed")
    return Case(status, code, message, params, headers=headers or {})


def too_large(most: int) -> Case:
    """Return the case of a file that is larger than what is taken; the connection ends with it."""
    return plain(413)._replace(params={"most": str(most)}, headers={"Connection": "close"})


def respond(request: Request, case: Case) -> JSONResponse:
    """Write a problem in the caller's language."""
    language = language_of(request)
    _ = translator(language)
    problem = Problem(
        type=f"urn:problem-type:fengsui:{case.code}",
        title=_(TITLES.get(case.status, TITLES[500])),
        status=case.status,
        detail=_say(_, case.message, case.params),
        instance=bounded(request.url.path),
        code=case.code,
        field=case.field,
        clause=case.clause,
        clause_text=wording(case.clause, language) if case.clause in CLAUSES else None,
        params=case.params,
        errors=[FieldFault(field=name, message=_say(_, text, params)) for name, text, params in case.errors],
        phones=list(case.phones),
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language", **case.headers}
    content = problem.model_dump(mode="json", exclude_none=True)
    return JSONResponse(content, status_code=case.status, headers=headers, media_type=MEDIA_TYPE)


def _say(_: Translator, message: str, params: dict[str, str]) -> str:
    return _(message, **params) if params else _(message)


def bounded(text: str, length: int = 120) -> str:
    """Return the beginning of a text that somebody else wrote, safe to encode."""
    return excerpt(text.encode("utf-8", "replace").decode().replace("\x00", "�"), length)
