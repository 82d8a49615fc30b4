"""Figures: ours beside the bare one's, the ratio, and the aim."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

_ROUNDED_FROM = 100


@dataclass(frozen=True)
class Figure:
    """One line of the table; ``aim`` is the most (or with ``is_floor`` the least) of what ``of`` names."""

    name: str
    unit: str
    ours: float
    bare: float | None = None
    aim: float | None = None
    of_ratio: bool = False
    is_floor: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return ours in units of bare."""
        return self.ours / self.bare if self.bare else None

    @property
    def is_met(self) -> bool | None:
        """Tell whether the aim is met; None without an aim."""
        value = self.ratio if self.of_ratio else self.ours
        if self.aim is None or value is None:
            return None
        return value >= self.aim if self.is_floor else value <= self.aim

    def as_json(self) -> dict[str, Any]:
        """Return the line for machines."""
        fields = {**asdict(self), "ratio": self.ratio, "is_met": self.is_met}
        return {name: None if value != value else value for name, value in fields.items()}  # noqa: PLR0124  JSON has no NaN


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile; of a single value that value, of none nothing that could meet an aim."""
    if len(values) < 2:  # noqa: PLR2004  quantiles need two
        return values[0] if values else math.nan
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def table(figures: Sequence[Figure]) -> Table:
    """Lay the figures out."""
    shown = Table("figure", "ours", "bare", "ratio", "aim", "met", "note")
    for column in shown.columns[1:5]:
        column.justify = "right"
    for figure in figures:
        met = {True: "[green]yes", False: "[red]no", None: ""}[figure.is_met]
        shown.add_row(
            figure.name,
            f"{_short(figure.ours)} {figure.unit}",
            _short(figure.bare),
            _short(figure.ratio),
            _aim(figure),
            met,
            figure.note,
        )
    return shown


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{'≥' if figure.is_floor else '≤'} {figure.aim:g}{'×' if figure.of_ratio else ''}"


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= _ROUNDED_FROM else f"{value:.3g}"
