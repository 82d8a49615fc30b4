"""In which language somebody is answered."""

from fastapi import Request

from adapters.i18n import negotiate
from adapters.i18n.translator import Language


def language_of(request: Request) -> Language:
    """Return what the request asks for, else the person's own language, else that of the installation."""
    person = getattr(request.state, "person", None)
    default: Language = person.language if person else request.app.state.settings.language
    return negotiate(request.headers.get("accept-language"), default)
