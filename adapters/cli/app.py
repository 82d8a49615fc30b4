"""Where the verbs meet: options before the verb, language, exit codes."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException

from adapters.cli import (
    commands,
    directory,
    integrity,
    keeping,
    looking,
    measures,
    runbooks,
    screen,
    standby,
    summary,
    working,
)
from adapters.cli.language import known, of_terminal
from adapters.cli.session import USAGE, Options, Session, Trouble
from adapters.i18n import Translator, translator
from adapters.leaving import leave
from adapters.problems import FileProblem
from domain.text import N_

INTERRUPTED = 130
_USAGES = (
    (re.compile(r"Missing \w+:? '?([^'.]+)'?"), N_("{what} is missing.")),
    (re.compile(r"No such option:? '?([^' ]+?)'?[.\s]"), N_("There is no option {what}.")),
    (re.compile(r"No such command '([^']+)'"), N_("There is no command {what}.")),
    (re.compile(r"Invalid value for '?([^':]+)"), N_("{what} cannot have that value.")),
)


def build(session: Session) -> typer.Typer:
    """Put all verbs together; they share one conversation with the API."""
    app = typer.Typer(
        help=N_("Fengsui runs the emergency policy: report, judge, handle, recover, sum up."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options(session))
    looking.install(app)
    groups = commands.install(app)
    summary.install(groups["summary"])
    integrity.install(app)
    keeping.install(app)
    standby.install(app)
    directory.install(app)
    measures.install(app)
    runbooks.install(app)
    working.install(app)
    return app


def _options(session: Session) -> Callable[..., None]:
    def options(
        ctx: typer.Context,
        *,
        api: Annotated[str | None, typer.Option(envvar="FENGSUI_API", help=N_("address of the API"))] = None,
        token: Annotated[str | None, typer.Option(envvar="FENGSUI_TOKEN", help=N_("your token"))] = None,
        person: Annotated[
            str | None, typer.Option("--as", help=N_("whose token “make run” keeps (development)"))
        ] = None,
        home: Annotated[Path, typer.Option(envvar="FENGSUI_HOME", help=N_("folder of “make run”"))] = Path(".fengsui"),
        language: Annotated[str | None, typer.Option(help=N_("zh-CN or en; default: LANG, else your own"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=N_("print the API's answer as JSON"))] = False,
    ) -> None:
        session.use(Options(api, token, person, home, known(language) or of_terminal(), as_json))
        ctx.obj = session

    return options


def run(arguments: list[str]) -> int:
    """Carry out one command line and return its exit code."""
    session = Session(Options())
    language = _asked(arguments) or of_terminal()
    command = typer.main.get_command(build(session))
    _translate(command, translator(language or "zh-CN"))
    try:
        return command.main(list(arguments), prog_name="fengsui", standalone_mode=False) or 0
    except Trouble as trouble:
        screen.trouble(session, trouble)
        return trouble.code
    except TyperException as error:
        _misunderstood(translator(language or "zh-CN"), error)
        return USAGE
    except FileProblem as problem:
        screen.errors.print(str(problem), markup=False)
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    finally:
        session.close()


def _asked(arguments: list[str]) -> str | None:
    for name, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if name == "--language":
            return known(value)
        if name.startswith("--language="):
            return known(name.partition("=")[2])
    return None


def _translate(command: Any, _: Translator) -> None:
    for described in (command, *command.params):
        if getattr(described, "help", None):
            described.help = _(described.help)
    for each in getattr(command, "commands", {}).values():
        _translate(each, _)


def _misunderstood(_: Translator, error: TyperException) -> None:
    """Tell what was wrong with a command line; the library's own words are English only."""
    words = error.format_message()
    found = ((pattern.search(words), message) for pattern, message in _USAGES)
    told = next((_(message, what=match[1].strip()) for match, message in found if match), words)
    screen.errors.print(f"✗ {told}", markup=False, style="red")
    if _.language == "en" and told != words:
        screen.errors.print(f"  {words}", markup=False)
    screen.errors.print(_(N_("See: fengsui --help, fengsui VERB --help")), markup=False)


def main() -> NoReturn:
    """Carry out the command line of this process."""
    leave(run(sys.argv[1:]))
