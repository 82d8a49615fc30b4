"""`make bench`: `python -m tools.bench [--scale N] [--quick] [--json FILE]`."""

import asyncio
import json
import os
import platform
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.leaving import leave
from adapters.temporal import PATIENCE_SECONDS
from tools.bench import histories, latency, scale
from tools.bench.figures import Figure
from tools.bench.figures import table as laid_out
from tools.bench.histories import Breakdown
from tools.bench.rig import rig
from tools.progress import say

WHOLE = 10_000
PATIENCE = f"after {PATIENCE_SECONDS} s each, under load"


def main(
    scaled: Annotated[float, typer.Option("--scale", help="share of 10,000 open incidents; 0 leaves them out")] = 0.1,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="few rounds, for a first look")] = False,
    output: Annotated[Path | None, typer.Option("--json", help="write the figures there as well")] = None,
    logs: Annotated[Path | None, typer.Option("--logs", help="keep the processes' logs in this folder")] = None,
) -> None:
    """Measure Fengsui against a bare Temporal workflow, in turns, on one server of its own."""
    if logs:
        logs.mkdir(parents=True, exist_ok=True)
    figures, kinds = asyncio.run(_measure(scaled, logs, is_quick=quick))
    console = Console(width=None if os.isatty(1) else 160)
    console.print(laid_out(figures), _breakdown(kinds))
    if output:
        output.write_text(json.dumps(_as_json(figures, kinds, scaled), ensure_ascii=False, indent=2) + "\n")
    leave()


async def _measure(scaled: float, logs: Path | None, *, is_quick: bool) -> tuple[list[Figure], list[Breakdown]]:
    rounds, acts, pages, reports = (1, 20, 20, 50) if is_quick else (4, 25, 100, 100)
    async with rig(logs) as running:
        say("the standard major incident …")
        figures, kinds = await histories.standard(running)
        _tell(figures)
        parts: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
            "latency of an act": lambda: latency.acting(running, rounds, acts),
            "report to page": lambda: latency.paging(running, pages),
            "reports at once": lambda: latency.crowding(running, is_quick=is_quick),
            "opening": lambda: latency.opening(running, rounds, reports),
        }
        if scaled:
            count = round(WHOLE * scaled)
            parts[f"{count:,} open incidents"] = lambda: scale.many(running, count)
        for name, part in parts.items():
            say(f"{name} …")
            _tell(found := await part())
            figures += found
        figures.append(Figure("calls without an answer in time, sent again", "", running.repeated, note=PATIENCE))
    return figures, kinds


def _tell(figures: list[Figure]) -> None:
    """Print at once: a run that is broken off has told something."""
    for figure in figures:
        ratio = "" if figure.ratio is None else f" = {figure.ratio:.2f} × {figure.bare:.4g}"
        say(f"  {figure.name}: {figure.ours:.4g} {figure.unit}{ratio}")


def _breakdown(kinds: list[Breakdown]) -> Table:
    shown = Table("events of the standard major incident", "count", "bytes")
    for kind in kinds:
        shown.add_row(kind.kind, str(kind.count), f"{kind.size:,}")
    return shown


def _as_json(figures: list[Figure], kinds: list[Breakdown], scaled: float) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processors": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "open_incidents": round(WHOLE * scaled),
        "figures": [figure.as_json() for figure in figures],
        "events": [asdict(kind) for kind in kinds],
    }


if __name__ == "__main__":
    typer.run(main)
