"""The API's own description: every answer that can come, problems included."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE, TITLES, Problem

Responses = dict[int | str, dict[str, Any]]
_REFERENCE = {"$ref": "#/components/schemas/Problem"}
ETAG = {"ETag": {"description": "The incident's version.", "schema": {"type": "string"}}}
_ALWAYS = (400, 401, 403, 413, 429, 500, 503)
_HEADERS = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"schema": {"type": "integer"}}},
    503: {"Retry-After": {"schema": {"type": "integer"}}},
}
TAGS = [
    {"name": "incidents", "description": "Report, find and follow incidents."},
    {"name": "acts", "description": "What people do to an incident; each is told at once which rule refused it."},
    {"name": "reports", "description": "The summary report: drafted, edited, reviewed, submitted, as a document."},
    {"name": "measures", "description": "Rectification measures: owners, due days, extensions, verification (6.2)."},
    {"name": "evidence", "description": "Files of an incident, whose hands they went through, what leaves the house."},
    {"name": "alerts", "description": "What monitoring reports."},
    {"name": "company", "description": "Policy, people, systems, runbooks, and the caller's own inbox."},
    {"name": "sign-in", "description": "Sessions of browsers, passwords, personal tokens, keys of alert sources."},
    {"name": "calendar", "description": "Business time: working hours, holidays, make-up days."},
    {"name": "readiness", "description": "Are the people ready, and do the ways to reach them work."},
    {"name": "directory", "description": "Keeping people, deputies, leaves, departments, systems; who changed what."},
    {"name": "duty", "description": "Rosters, swaps, overrides; who is on duty, whom a question would reach and why."},
    {"name": "statistics", "description": "What the record tells about how fast people are."},
    {"name": "runbooks", "description": "Versions of runbooks: written, published, compared, found, taken out and in."},
    {"name": "health", "description": "For whoever runs this service."},
]
DESCRIPTION = """Runs a company's IT emergency policy (articles 5 and 6): every incident is durable, every act is
answered at once, every refusal names its rule and clause. Errors are RFC 9457 problems in English or Chinese
(`Accept-Language`)."""


def problems(*statuses: int) -> Responses:
    """Return the documentation of these problems."""
    return {
        status: {
            "description": TITLES[status],
            "content": {MEDIA_TYPE: {"schema": _REFERENCE}},
            **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
        }
        for status in statuses
    }


def always() -> Responses:
    """Return the problems that any endpoint behind the door can answer with."""
    return problems(*_ALWAYS)


def _say_local_times(schema: Any) -> None:
    """Describe a time of day of the company's clock: the format ``time`` of JSON Schema asks for a zone."""
    for part in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(part, dict) and part.get("format") == "time":
            del part["format"]
            part["pattern"] = r"^\d{2}:\d{2}(:\d{2})?$"
        if isinstance(part, dict | list):
            _say_local_times(part)


def describe(app: FastAPI) -> None:
    """Build the document once, with the problem's schema in it."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=TAGS
            )
            own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas |= own.pop("$defs", {})
            schemas["Problem"] = own
            _say_local_times(schemas)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # FastAPI's own way to extend it
