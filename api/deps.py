"""What endpoints ask for by type."""

from typing import Annotated

from fastapi import Depends, Request

from adapters.i18n import Translator, translator
from api.language import language_of
from api.services import Services


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _translator(request: Request) -> Translator:
    return translator(language_of(request))


Ports = Annotated[Services, Depends(_services)]
Locale = Annotated[Translator, Depends(_translator)]
