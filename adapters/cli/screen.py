"""What people read: receipts, problems, incidents, timelines."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.cli.session import Session, Trouble
from adapters.cli.verbs import WORDS
from adapters.i18n import Translator
from domain.text import N_

PIPED_WIDTH = 200
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPED_WIDTH)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

_ARRIVALS = {"on_the_way": N_("on the way"), "at_risk": N_("may be late"), "overdue": N_("overdue")}


def raw(session: Session, answer: Any) -> bool:
    """Print the answer as JSON when that was asked for."""
    if session.options.as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))  # noqa: T201
    return session.options.as_json


def receipt(session: Session, answer: dict[str, Any]) -> None:
    """Tell what became of an act."""
    if raw(session, answer):
        return
    _ = session.words
    told = N_("{incident}: {phase}, entry {seq}, version {version}")
    line = _(told, **{name: answer[name] for name in ("incident", "phase", "seq", "version")})
    console.print(f"[green]✓[/] {escape(line)}")
    for warning in answer.get("warnings", []):
        console.print(f"[yellow]![/] {escape(warning)}")
    if answer.get("is_repeat"):
        console.print(_(N_("The same act was carried out before; nothing was done twice.")))


def trouble(session: Session, found: Trouble) -> None:
    """Tell why something was not done: title, detail, field, clause with its wording, and whom to phone."""
    _ = session.words
    if found.problem is None:
        errors.print(f"[red]✗[/] {escape(_(found.message, **found.params))}")
        return
    problem = found.problem
    errors.print(f"[red]✗ {escape(problem.get('title', ''))}[/] {escape(problem.get('detail', ''))}")
    if problem.get("field"):
        errors.print(f"  {_(N_('field'))}: {escape(problem['field'])}")
    for fault in problem.get("errors", []):
        errors.print(f"  {escape(fault['field'])}: {escape(fault['message'])}")
    if problem.get("clause"):
        errors.print(f"  {_(N_('clause'))} {problem['clause']}: {escape(problem.get('clause_text') or '')}")
    if problem.get("phones"):
        errors.print(f"  {_(N_('phone'))}: {escape(', '.join(problem['phones']))}")


def incidents(_: Translator, items: list[dict[str, Any]]) -> None:
    """Show a list."""
    if not items:
        console.print(_(N_("There is no such incident.")))
        return
    names = (N_("number"), N_("severity"), N_("phase"), N_("system"), N_("title"), N_("awaited"), N_("until"))
    shown = Table(*(_(name) for name in names), box=None)
    shown.columns[0].no_wrap = True
    for item in items:
        cells = (item["number"], item["severity"], item["phase_text"], item["system"], _title(_, item))
        shown.add_row(*map(escape, cells), _.word(item.get("awaited") or ""), _due(_, item, "deadline"))
    console.print(shown)


def _title(_: Translator, item: dict[str, Any]) -> str:
    drill = _(N_("[drill]"))
    return f"{drill} {item['title']}" if item["is_drill"] else str(item["title"])


def incident(_: Translator, item: dict[str, Any]) -> None:
    """Show one incident: how it stands, what it waits for, what the caller may do now."""
    console.print(f"[bold]{escape(_title(_, item))}[/]  {item['number']}")
    console.print(f"{item['phase_text']} · {_(N_('severity'))} {item['severity']} · {escape(item['system_name'])}")
    console.print(escape(item["symptom"]))
    if item.get("commander"):
        console.print(f"{_(N_('on-scene commander'))}: {escape(item['commander'])}")
    for label, number in ((N_("recurrence of"), "recurrence_of"), (N_("same cause as"), "parent")):
        if item.get(number):
            console.print(f"{_(label)}: {item[number]}")
    if item.get("recurrences"):
        console.print(f"{_(N_('came again as'))}: {', '.join(item['recurrences'])}")
    if item.get("children"):
        console.print(f"{_(N_('linked to it'))}: {', '.join(item['children'])}")
    for warning in item.get("warnings", []):
        console.print(f"[yellow]![/] {escape(warning)}")
    if item.get("measures"):
        console.print(_(N_("rectification measures: {numbers}"), numbers=", ".join(item["measures"])), markup=False)
    _awaited(_, item)
    _steps(_, item)
    if item["allowed_acts"]:
        verbs = ", ".join(WORDS[name] for name in item["allowed_acts"] if name in WORDS)
        console.print(f"\n{_(N_('you may now'))}: {verbs}")
    if item["source"] == "record":
        console.print(_(N_("From the record as of {time}; the workflow did not answer."), time=clock(item["as_of"])))


def _awaited(_: Translator, item: dict[str, Any]) -> None:
    if limit := item.get("limit"):
        console.print(f"{_due(_, limit, 'at')} {escape(limit['name'])} · {limit['clause']} {limit['clause_text']}")
    if not item["awaited"]:
        return
    shown = Table(*(_(name) for name in (N_("awaited"), N_("who"), N_("until"), N_("clause"))), box=None)
    for waiting in item["awaited"]:
        clause = f"{waiting['clause']} {waiting['clause_text']}"
        arrival = _ARRIVALS.get(waiting.get("arrival") or "")
        names = _.noted(", ".join(waiting["names"]), _(arrival)) if arrival else ", ".join(waiting["names"])
        question = _.noted(waiting["question_text"], waiting["question"])
        shown.add_row(escape(question), escape(names), _due(_, waiting, "due"), clause)
    console.print(shown)


def _due(_: Translator, item: dict[str, Any], name: str) -> str:
    """Show a deadline, marked where the official calendar of its year is not known yet."""
    text = clock(item.get(name))
    return _.noted(text, _.word("provisional")) if text and item.get("is_provisional") else text


def _steps(_: Translator, item: dict[str, Any]) -> None:
    for step in item["runbook_steps"]:
        console.print(f"  {_.word(step['result'] or '') or '·'}  {step['id']}  {escape(step['text'])}")
    recovery = item.get("recovery") or {"checklist": []}
    for check in recovery["checklist"]:
        mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: "·"}[check["passed"]]
        console.print(f"  {mark}  {check['id']}  {escape(check['text'])}")


def entry(item: dict[str, Any]) -> None:
    """Show an entry of the timeline."""
    late = " *" if item["is_late"] else ""
    head = f"[dim]{item['seq']:>4}[/] {clock(item['occurred_at'], with_seconds=True)}{late} [cyan]{item['clause']}[/]"
    console.print(f"{head} {escape(item['sentence'])}")


def refusal(_: Translator, item: dict[str, Any]) -> None:
    """Show something that was refused."""
    head = f"[red]   ✗[/] {clock(item['at'], with_seconds=True)} [cyan]{item.get('clause') or ''}[/]"
    console.print(f"{head} {escape(item.get('person') or '')} {escape(item['act'])}: {escape(item['text'])}")


def statutory(_: Translator, items: list[dict[str, Any]]) -> None:
    """Show what is due to regulators."""
    if not items:
        console.print(_(N_("No regulator is to be told of this incident.")))
        return
    names = (N_("regulator"), N_("report"), N_("until"), N_("filed"), N_("by law"))
    shown = Table(*(_(name) for name in names), box=None)
    for item in items:
        filed = ", ".join(str(head) for filing in item["filings"] for head in filing["heads"])
        whom = f"{item['regulator_name']} ({item['regulator']})"
        shown.add_row(*map(escape, (whom, item["report_name"], _due(_, item, "due"), filed, item["source"])))
    console.print(shown)


def messages(_: Translator, items: list[dict[str, Any]]) -> None:
    """Show an inbox."""
    if not items:
        console.print(_(N_("There are no messages.")))
        return
    for item in items:
        mark = " " if item.get("read_at") else "[yellow]●[/]"
        console.print(f"{mark} [dim]{item['id']:>4}[/] {clock(item['created_at'])} {escape(item['subject'])}")


def clock(instant: str | None, *, with_seconds: bool = False) -> str:
    """Show an instant on this machine's clock."""
    if not instant:
        return ""
    local = datetime.fromisoformat(instant).astimezone()
    return local.strftime("%m-%d %H:%M:%S" if with_seconds else "%m-%d %H:%M")


def verdict(_: Translator, notes: Sequence[str], faults: Sequence[str]) -> None:
    """Print what a verification found, and whether anything is wrong."""
    for note in notes:
        console.print(f"  · {note}", markup=False)
    for fault in faults:
        console.print(f"  ✗ {fault}", markup=False, style="red")
    if faults:
        console.print(_(N_("{count} faults were found."), count=len(faults)), style="red")
    else:
        console.print(_(N_("Nothing is wrong.")), style="green")
