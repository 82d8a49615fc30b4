"""Dates and durations as people read them; the zone is named, because a long date style would print an offset."""

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.lists import format_list
from babel.units import format_unit

from adapters.i18n.translator import Translator
from domain.text import N_

_PATTERNS = {"zh-CN": "y年M月d日 HH:mm:ss", "en": "d MMM y, HH:mm:ss"}
_UNITS = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}
# Babel knows no long form of most Chinese units; the short one is written out as well (“3小时”).
_LENGTHS: dict[str, Literal["short", "long"]] = {"zh-CN": "short", "en": "long"}
_ZONES = {"Asia/Shanghai": N_("Beijing time")}


def instant(at: datetime, _: Translator, zone: str = "Asia/Shanghai") -> str:
    """Write an instant on the clock of a zone, to the second."""
    local = at.astimezone(ZoneInfo(zone))
    date = format_datetime(local, _PATTERNS[_.language], locale=_.language.replace("-", "_"))
    return _.noted(date, _(_ZONES.get(zone, zone)))


def stamp(at: datetime, zone: str) -> str:
    """Write an instant for a table, whose note names the zone."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def zone_name(zone: str, _: Translator) -> str:
    """Name a zone as people do."""
    return _(_ZONES.get(zone, zone))


def duration(length: timedelta, _: Translator) -> str:
    """Write a duration in its two largest units; what is below them is left out, not rounded."""
    locale, left = _.language.replace("-", "_"), int(length.total_seconds())
    parts: list[str] = []
    for unit, seconds in _UNITS.items():
        count, left = divmod(left, seconds)
        if count or (unit == "second" and not parts):
            parts.append(format_unit(count, f"duration-{unit}", _LENGTHS[_.language], locale=locale))
    return format_list(parts[:2], style="unit-narrow", locale=locale)
