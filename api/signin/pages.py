"""The pages on which people sign in and out and change their password; they work without script."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from adapters.credentials import Caller
from adapters.i18n import Translator, translator
from adapters.oidc import SECONDS, Provider, ProviderAway, SignInRefused
from adapters.store.database import DatabaseAway
from api import audit, cookies, failures
from api.deps import Ports
from api.language import language_of
from api.problems import Case, Denied, plain
from api.services import Services
from api.signin import entry, provided
from api.signin.paper import page
from domain.accounts import LONGEST, SHORTEST
from domain.company import Person
from domain.errors import Refusal
from domain.text import N_

MOST_BYTES = 16 * 1024
_MOST_FIELDS = 20
HOME = "/sign-in"
router = APIRouter(prefix=HOME, include_in_schema=False, max_body_size=MOST_BYTES)
_FOREIGN = Case(403, "csrf", N_("This form did not come from this site; open the page anew."))
_DIFFERENT = Case(422, "unacceptable", N_("The two new passwords differ."))
_NO_PROVIDER = Case(404, "not-found", N_("There is nothing at this address."))
_AWAY = Case(503, "provider-away", N_("The company's sign-in does not answer now; try again in a moment."))
_REFUSED = Case(403, "sign-in-refused", N_("The company's sign-in did not let you through; begin anew."))
_MUST = N_("Choose a password of your own first.")


def _language(request: Request, lang: Annotated[str | None, Query(max_length=20)] = None) -> Translator:
    return translator(lang or language_of(request))


async def _signed_in(request: Request, ports: Ports) -> Caller | None:
    secret = cookies.secret_of(request)
    try:
        caller = await ports.credentials.by_session(secret) if secret else None
    except DatabaseAway:
        return None
    person = await ports.snapshots.directory.person(caller.person or "") if caller else None
    if person is None or not person.is_active:
        return None
    request.state.person = person
    return caller


async def _form(request: Request) -> dict[str, str]:
    content = (await request.body()).decode("utf-8", "replace")
    try:
        sent = parse_qs(content, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Denied(plain(400)) from None
    return {name: values[0] for name, values in sent.items()}


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


Locale = Annotated[Translator, Depends(_language)]
Here = Annotated[Caller | None, Depends(_signed_in)]
Sent = Annotated[dict[str, str], Depends(_form)]
After = Annotated[str, Query(max_length=2000)]


@router.get("", name="sign_in_page")
async def show(ports: Ports, here: Here, _: Locale, after: After = "") -> HTMLResponse:
    """Ask who he is, or show who is signed in."""
    if here is None:
        return _ask(ports, _, after=after)
    person = await ports.snapshots.directory.person(here.person or "")
    csrf = ports.credentials.csrf(here.id)
    return page("signed_in", _, name=_name(person, _), csrf=csrf)


@router.post("", name="sign_in")
async def sign_in(request: Request, ports: Ports, sent: Sent, _: Locale) -> Response:
    """Sign in with a password and go on where he wanted to."""
    person, after = _printable(sent.get("person", "")).strip()[:120], sent.get("after", "")

    async def entered() -> Response:
        _own(request)
        return _go(ports, await entry.by_password(request, ports, person, sent.get("password", "")[:1000]), after)

    return await _or_notice(request, _, entered, lambda case: _ask(ports, _, after, person, case))


@router.get("/password", name="change_password_page")
async def show_password(ports: Ports, here: Here, _: Locale, after: After = "") -> Response:
    """Ask for the new password."""
    if here is None:
        return RedirectResponse(HOME, 303)
    return _new_password(ports, here, _, after, _(_MUST) if here.must_change else "")


@router.post("/password", name="change_password")
async def change_password(request: Request, ports: Ports, here: Here, sent: Sent, _: Locale) -> Response:
    """Change it, sign out everywhere and in again here."""
    person = await ports.snapshots.directory.person(here.person or "") if here else None
    if here is None or person is None:
        return RedirectResponse(HOME, 303)
    after = sent.get("after", "")

    async def changed() -> Response:
        _own(request, sent, ports.credentials.csrf(here.id))
        if sent.get("new") != sent.get("again"):
            raise Denied(_DIFFERENT)
        await entry.change_password(request, ports, person, sent.get("old", "")[:1000], sent.get("new", "")[:1000])
        return _go(ports, await entry.enter(request, ports, person, "password"), after)

    return await _or_notice(
        request, _, changed, lambda case: _new_password(ports, here, _, after, _said(case, _), case.status)
    )


@router.post("/end", name="sign_out")
async def sign_out(request: Request, ports: Ports, here: Here, sent: Sent, _: Locale) -> Response:
    """Sign out here, or everywhere."""

    async def ended() -> Response:
        answer = RedirectResponse(HOME, 303)
        if here and here.person:
            _own(request, sent, ports.credentials.csrf(here.id))
            only = None if sent.get("everywhere") else here.id
            await entry.sign_out(request, ports, here.person, by=here.person, only=only)
        cookies.take(answer, ports.settings)
        return answer

    return await _or_notice(request, _, ended, lambda case: _shut(case, _))


@router.get("/oidc", name="sign_in_elsewhere")
async def begin(request: Request, ports: Ports, _: Locale, after: After = "") -> Response:
    """Send the browser to the company's sign-in."""

    async def sent_there() -> Response:
        address, kept = await _provider(ports).begin(_within(after))
        answer = RedirectResponse(address, 303)
        cookies.give_begun(answer, ports.settings, kept, SECONDS)
        return answer

    return await _or_notice(request, _, sent_there, lambda case: _shut(case, _))


@router.get("/oidc/callback", name="sign_in_elsewhere")
async def finish(request: Request, ports: Ports, _: Locale) -> Response:
    """Let in whom the company's sign-in names."""

    async def entered() -> Response:
        claims, after = await _provider(ports).finish(cookies.begun_of(request), dict(request.query_params))
        person = await provided.person(ports, claims)
        await provided.take_posts(ports, person, claims)
        return _go(ports, await entry.enter(request, ports, person, "oidc"), after)

    answer = await _or_notice(request, _, entered, lambda case: _shut(case, _))
    cookies.give_begun(answer, ports.settings, "", 0)
    return answer


def _provider(ports: Services) -> Provider:
    if ports.provider is None:
        raise Denied(_NO_PROVIDER)
    return ports.provider


async def _or_notice(
    request: Request, _: Translator, work: Callable[[], Awaitable[Response]], shown: Callable[[Case], HTMLResponse]
) -> Response:
    """Do it, or show why not."""
    try:
        return await work()
    except ProviderAway:
        case = _AWAY
    except SignInRefused:
        case = _REFUSED
    except (Denied, Refusal, DatabaseAway) as error:
        case = failures.case_of(request, error)
        if not isinstance(error, DatabaseAway):
            await audit.note(request, case)
    answer = shown(case)
    answer.headers.update({name: value for name, value in case.headers.items() if name == "Retry-After"})
    return answer


def _own(request: Request, sent: dict[str, str] | None = None, csrf: str = "") -> None:
    """Refuse a form that another site sent; of somebody signed in also one without his token."""
    origin = request.headers.get("origin")
    own = {request.headers.get("host", ""), urlsplit(request.app.state.settings.public_url).netloc}
    is_own = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    is_own = is_own and (origin is None or urlsplit(origin).netloc in own)
    shown = (sent or {}).get("csrf", "").encode("utf-8", "replace")
    if not is_own or (sent is not None and not hmac.compare_digest(shown, csrf.encode())):
        raise Denied(_FOREIGN)


def _within(after: str) -> str:
    """Return a path of this site; anything else leads to the sign-in page."""
    is_path = after.startswith("/") and not after.startswith(("//", "/\\")) and after.isprintable()
    return after if is_path and "\\" not in after else HOME


def _go(ports: Services, entered: entry.Entered, after: str) -> Response:
    answer = RedirectResponse(f"{HOME}/password" if entered.must_change else _within(after), 303)
    cookies.give(answer, ports.settings, entered.secret)
    return answer


def _ask(ports: Services, _: Translator, after: str = "", person: str = "", case: Case | None = None) -> HTMLResponse:
    notice = _said(case, _) if case else ""
    status = case.status if case else 200
    has_provider = ports.provider is not None
    return page("sign_in", _, status, notice=notice, after=after, person=person, has_provider=has_provider)


def _new_password(
    ports: Services, here: Caller, _: Translator, after: str, notice: str, status: int = 200
) -> HTMLResponse:
    csrf = ports.credentials.csrf(here.id)
    return page(
        "password",
        _,
        status,
        notice=notice,
        csrf=csrf,
        after=after,
        person=here.person or "",
        shortest=SHORTEST,
        longest=LONGEST,
    )


def _shut(case: Case, _: Translator) -> HTMLResponse:
    return page("shut", _, case.status, notice=_said(case, _))


def _said(case: Case, _: Translator) -> str:
    return _(case.message, **case.params) if case.params else _(case.message)


def _name(person: Person | None, _: Translator) -> str:
    return "" if person is None else person.name if _.language == "zh-CN" else person.name_en
