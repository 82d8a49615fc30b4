"""Dates and durations as people read them; the zone is named, because a long date style would print an offset."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta

from adapters.i18n.translator import Translator
from domain.text import N_

_PATTERNS = {"zh-CN": "y年M月d日 HH:mm:ss", "en": "d MMM y, HH:mm:ss"}
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
    """Write a duration in its largest fitting unit."""
    return format_timedelta(length, threshold=1.5, locale=_.language.replace("-", "_"))
