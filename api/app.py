"""Where routers, handlers and the lifespan meet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI

from adapters.settings import Settings, read_settings
from api import acts, failures, health, openapi, reporting
from api.auth import Door, Keyring, signed_in
from api.problems import MOST_BYTES
from api.services import services

VERSION = "0.1.0"
PREFIX = "/api/v1"


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
    app.include_router(_people())
    app.add_middleware(Door, keyring=Keyring(settings))
    failures.install(app)
    openapi.describe(app)
    return app


def _people() -> APIRouter:
    """Everything for people: whatever is added here asks for a token by itself."""
    router = APIRouter(
        prefix=PREFIX, dependencies=[Depends(signed_in)], responses=openapi.always(), max_body_size=MOST_BYTES
    )
    for part in (reporting, acts):
        router.include_router(part.router)
    return router
