"""What the terminal tells: which clause is played and why, what the timeline says, what was refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from rich.console import Console
from rich.markup import escape

from domain.clauses import wording

_QUIET = {"paged", "acknowledged", "probed"}


class Said(NamedTuple):
    """The same sentence in both languages."""

    zh: str
    en: str


class Teller:
    """Tells the story in one language."""

    def __init__(self, language: str) -> None:
        """Take a language tag; anything Chinese is Chinese."""
        self.language = language
        self.is_chinese = language.lower().startswith("zh")
        self._console = Console(highlight=False, soft_wrap=True)

    def words(self, said: Said) -> str:
        """Return a sentence in the language of the story."""
        return said.zh if self.is_chinese else said.en

    def scene(self, clause: str, why: Said) -> None:
        """Open a scene: the clause with its wording, and what is about to be seen."""
        self._console.print(f"\n[bold cyan]{clause}[/] [bold]{wording(clause, self.language)}[/]")
        self.aside(why)

    def aside(self, said: Said) -> None:
        """Say something beside the story."""
        self._console.print(f"   {self.words(said)}", markup=False, style="dim")

    def entry(self, incident: str, entry: Mapping[str, Any]) -> None:
        """Tell an entry of the timeline."""
        at = datetime.fromisoformat(entry["occurred_at"]).astimezone().strftime("%H:%M:%S")
        style = "dim" if entry["kind"] in _QUIET else ""
        head = f"[dim]{incident} {entry['seq']:>3} {at}[/] [cyan]{entry['clause']:<5}[/]"
        text = escape(entry["sentence"])
        self._console.print(f"   {head} {f'[{style}]{text}[/]' if style else text}")

    def refusal(self, who: str, problem: Mapping[str, Any]) -> None:
        """Tell what was refused and by which clause."""
        clause = f"{problem.get('clause', '')} {problem.get('clause_text', '')}".strip()
        told = Said("被拒绝", "refused")
        status = f"[red]✗ {self.words(told)} {problem['status']}[/]"
        self._console.print(f"   {status} {escape(who)}: {escape(problem['detail'])} [cyan]({escape(clause)})[/]")

    def message(self, who: str, subject: str) -> None:
        """Show a message in somebody's inbox."""
        self._console.print(f"   ✉ {who}: {subject}", markup=False)

    def line(self, text: str = "", style: str = "") -> None:
        """Print a line as it is."""
        self._console.print(text, markup=False, style=style)
