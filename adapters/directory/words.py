"""What a change changes, in words."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from adapters.i18n import Translator
from adapters.runbooks import words as runbook_words
from domain.company import Runbook
from domain.text import N_

KINDS = {
    "company": N_("company"),
    "department": N_("department"),
    "person": N_("person"),
    "delegation": N_("delegation"),
    "leave": N_("leave"),
    "system": N_("information system"),
    "roster": N_("roster"),
    "override": N_("override"),
    "swap": N_("swap"),
    "calendar_year": N_("calendar year"),
    "feed": N_("calendar feed"),
    "runbook": N_("runbook"),
    "runbook_drafting": N_("task to write a runbook"),
}
FIELDS = {
    "version": N_("version"),
    "name": N_("name"),
    "name_en": N_("English name"),
    "head": N_("head"),
    "department": N_("department"),
    "posts": N_("posts"),
    "post": N_("post"),
    "language": N_("language"),
    "time_zone": N_("time zone"),
    "contacts": N_("contact points"),
    "is_duty_on_site": N_("on duty on site"),
    "is_active": N_("active"),
    "principal": N_("principal"),
    "deputy": N_("deputy"),
    "starts": N_("starts"),
    "ends": N_("ends"),
    "systems": N_("systems"),
    "reason": N_("reason"),
    "person": N_("person"),
    "location": N_("location"),
    "technicians": N_("technicians"),
    "runbooks": N_("runbooks"),
    "probes": N_("probes"),
    "remote_ok": N_("may be mended from afar"),
    "holidays": N_("holidays"),
    "make_up_days": N_("make-up days"),
    "status": N_("status"),
    "why": N_("reason"),
    "people": N_("people"),
}
RUNBOOK = "runbook"
_NOTHING = "—"
Document = dict[str, Any]


class Difference(NamedTuple):
    """An item before and after; None where it is not there."""

    kind: str
    item: str
    before: Document | None
    after: Document | None


def told(difference: Difference, _: Translator) -> list[str]:
    """Tell a difference in sentences of one language."""
    if difference.kind == RUNBOOK and difference.before and difference.after:
        return _of_runbook(difference, difference.before, difference.after, _)
    what = _(KINDS[difference.kind]) if difference.kind in KINDS else difference.kind
    name = _name(difference, _)
    if difference.before is None:
        return [_(N_("New: {what} {name}"), what=what, name=name)]
    if difference.after is None:
        return [_(N_("Taken out: {what} {name}"), what=what, name=name)]
    return [
        _(N_("{what} {name}: {field}: {before} → {after}"), what=what, name=name, field=field, before=old, after=new)
        for field, old, new in _fields(difference.before, difference.after, _)
    ]


def _of_runbook(difference: Difference, before: Document, after: Document, _: Translator) -> list[str]:
    """Tell what became of a version, and what its text gained and lost."""
    head = [
        _(N_("{what} {name}: {field}: {before} → {after}"), what=_(KINDS[RUNBOOK]), name=difference.item, **change)
        for field in ("status", "why", "reason")
        if (change := _change(field, before.get(field), after.get(field), _))
    ]
    return head + runbook_words.told(Runbook.model_validate(before["book"]), Runbook.model_validate(after["book"]), _)


def _change(field: str, old: Any, new: Any, _: Translator) -> dict[str, str]:
    return {} if old == new else {"field": _(FIELDS[field]), "before": _value(old, _), "after": _value(new, _)}


def _fields(before: Document, after: Document, _: Translator) -> Iterator[tuple[str, str, str]]:
    for field in dict.fromkeys([*before, *after]):
        old, new = before.get(field), after.get(field)
        if old != new:
            yield (_(FIELDS[field]) if field in FIELDS else field), _value(old, _), _value(new, _)


def _name(difference: Difference, _: Translator) -> str:
    document = difference.after or difference.before or {}
    name = document.get("name_en" if _.language == "en" else "name") or document.get("name")
    if name is None or name == difference.item:
        return difference.item
    return f"{_value(name, _)} ({difference.item})"


def _value(value: Any, _: Translator) -> str:
    if isinstance(value, bool):
        return _(N_("yes")) if value else _(N_("no"))
    if isinstance(value, list):
        return ", ".join(_value(part, _) for part in value) or _NOTHING
    if isinstance(value, dict):
        return _group(value, _)
    return _NOTHING if value is None else _.word(str(value))


def _group(value: Document, _: Translator) -> str:
    match value:
        case {"channel": channel, "address": address}:
            proof = N_("verified") if value.get("verified_at") else N_("not verified")
            return _.noted(f"{channel} {address}", _(proof))
        case {"zh": chinese, "en": english}:
            return f"{chinese} / {english}"
        case {"id": item}:
            return str(item)
    return ", ".join(f"{name}: {_value(part, _)}" for name, part in value.items()) or _NOTHING
