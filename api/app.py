"""Where routers, handlers and the lifespan meet."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

from fastapi import APIRouter, Depends, FastAPI

from adapters.settings import Settings, read_settings
from api import (
    acts,
    bundles,
    calendar,
    changes,
    company,
    contacts,
    directory,
    duty,
    evidence,
    exchange,
    failures,
    feeds,
    health,
    inbox,
    incidents,
    live,
    measures,
    monitor,
    notices,
    openapi,
    procedure,
    readiness,
    reporting,
    rosters,
    runbookfiles,
    runbooks,
    signing,
    statistics,
    statutory,
    timeline,
    uploads,
)
from api.alerts import intake
from api.auth import Door, from_alert_source, from_monitor, signed_in
from api.phone import pages as phone
from api.problems import MOST_BYTES
from api.services import services
from api.signin import accounts, pages, session, tokens
from api.summary import documents, drafts

VERSION = "0.1.0"
PREFIX = "/api/v1"
# The door of uploads counts by itself, and tells its own limit; this is behind it.
MARGIN = 4 * 1024 * 1024


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the API; without settings the environment's. FileProblem for settings or files that cannot be used."""
    settings = settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with services(settings) as ready:
            app.state.services = ready
            yield

    app = FastAPI(
        title="烽燧 Fengsui", version=VERSION, lifespan=lifespan, redoc_url=None, separate_input_output_schemas=False
    )
    app.state.settings = settings
    app.include_router(health.router)
    app.include_router(phone.router)
    app.include_router(pages.router)
    app.include_router(feeds.public)
    app.include_router(session.door, prefix=PREFIX)
    app.include_router(_behind_the_door(signed_in, session, accounts, tokens))
    app.include_router(_behind_the_door(signed_in, incidents, reporting, timeline, live, acts, company, inbox))
    app.include_router(_behind_the_door(signed_in, drafts, documents))
    app.include_router(_behind_the_door(signed_in, calendar, readiness))
    app.include_router(_behind_the_door(signed_in, statutory))
    app.include_router(_behind_the_door(signed_in, procedure, notices))
    app.include_router(_behind_the_door(signed_in, directory, contacts, exchange, changes))
    app.include_router(_behind_the_door(signed_in, duty, rosters, feeds))
    app.include_router(_behind_the_door(signed_in, measures))
    app.include_router(signing.router, prefix=PREFIX)
    app.include_router(_behind_the_door(signed_in, evidence, bundles))
    app.include_router(_behind_the_door(signed_in, uploads, most=settings.evidence_most_bytes + MARGIN))
    app.include_router(_behind_the_door(from_monitor, monitor))
    app.include_router(_behind_the_door(signed_in, statistics))
    app.include_router(_behind_the_door(signed_in, runbookfiles, runbooks))
    app.include_router(_behind_the_door(from_alert_source, intake))
    app.add_middleware(Door)
    failures.install(app)
    openapi.describe(app)
    return app


def _behind_the_door(who: Callable[..., Any], *parts: ModuleType, most: int = MOST_BYTES) -> APIRouter:
    """Join routers: whatever is added to them asks for a token by itself."""
    router = APIRouter(prefix=PREFIX, dependencies=[Depends(who)], responses=openapi.always(), max_body_size=most)
    for part in parts:
        router.include_router(part.router)
    return router
