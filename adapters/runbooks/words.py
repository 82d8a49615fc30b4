"""What differs between two versions of a runbook, and what became of one, in sentences of one language."""

from typing import Any

from adapters.i18n import Translator
from domain.company import Runbook
from domain.comparison import Difference, Mark, Part, Turn, compare, marked
from domain.text import N_

KIND_WORDS = {
    "machine_room": N_("machine room"),
    "outage": N_("outage"),
    "leak": N_("leak"),
}
_PARTS: dict[Part, str] = {
    "steps": N_("step"),
    "recovery_checklist": N_("item of the recovery checklist"),
    "probes": N_("probe"),
    "preconditions": N_("precondition"),
    "systems": N_("information system"),
}
FIELDS = {
    "id": N_("name"),
    "version": N_("version"),
    "kind": N_("kind"),
    "title": N_("title"),
    "symptoms": N_("symptoms"),
    "author": N_("author"),
    "review_due": N_("next review"),
    "who": N_("who"),
    "text": N_("text"),
    "expected": N_("expected result"),
    "time_box_minutes": N_("time box in minutes"),
    "needs_approval": N_("needs approval"),
    "rollback": N_("how it is taken back"),
    "action": N_("automatic action"),
    "target": N_("target"),
    "status": N_("status"),
    "why": N_("reason"),
}
_NAMELESS = frozenset({"preconditions"})
_NOTHING = "—"


def told(before: Runbook | None, after: Runbook, _: Translator) -> list[str]:
    """Tell in sentences what makes one version the other; a first version is told as a whole."""
    if before is None:
        count = len(after.steps)
        return [_(N_("New: {runbook} with {count} steps"), runbook=after.ref, count=count)]
    return [sentence(difference, _) for difference in compare(before, after)]


def sentence(difference: Difference, _: Translator) -> str:
    """Tell one difference."""
    what = _(_PARTS[difference.part]) if difference.part in _PARTS else ""
    item = "" if difference.part in _NAMELESS else difference.item or ""
    match difference.turn:
        case Turn.ADDED:
            text = _content(difference.after, _)
            place = (difference.place_after or 0) + 1
            return _(N_("New: {what} {item} (no. {place}): {text}"), what=what, item=item, place=place, text=text)
        case Turn.REMOVED:
            text = _content(difference.before, _)
            return _(N_("Taken out: {what} {item}: {text}"), what=what, item=item, text=text)
        case Turn.MOVED:
            places = {"old": (difference.place_before or 0) + 1, "new": (difference.place_after or 0) + 1}
            return _(N_("Moved: {what} {item} from no. {old} to no. {new}"), what=what, item=item, **places)
    field = difference.field or ""
    label = _(FIELDS[field]) if field in FIELDS else field
    old, new = _values(difference, _)
    if difference.part == "runbook":
        return _(N_("{field}: {before} → {after}"), field=label, before=old, after=new)
    told_as = N_("{what} {item}: {field}: {before} → {after}")
    return _(told_as, what=what, item=item, field=label, before=old, after=new)


def marks(difference: Difference, _: Translator) -> list[Mark]:
    """Show a changed text word by word; nothing where no text was changed."""
    if difference.turn != Turn.CHANGED or not (_is_text(difference.before) and _is_text(difference.after)):
        return []
    return marked(*_values(difference, _))


def _values(difference: Difference, _: Translator) -> tuple[str, str]:
    """Return both sides; where only the other language was changed, in both languages."""
    old, new = _value(difference.before, difference.field, _), _value(difference.after, difference.field, _)
    if old == new and _is_text(difference.before) and _is_text(difference.after):
        return _both(difference.before), _both(difference.after)
    return old, new


def _content(value: Any, _: Translator) -> str:
    if isinstance(value, dict) and "id" in value:
        text = value.get("text") or value.get("title")
        return _value(text, None, _)
    return _value(value, None, _)


def _value(value: Any, field: str | None, _: Translator) -> str:
    if isinstance(value, bool):
        return _(N_("yes")) if value else _(N_("no"))
    if _is_text(value):
        return str(value["zh" if _.language == "zh-CN" else "en"])
    if field == "kind" and value in KIND_WORDS:
        return _(KIND_WORDS[value])
    return _NOTHING if value is None else _.word(str(value))


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"zh", "en"}


def _both(value: dict[str, str]) -> str:
    return f"{value['zh']} / {value['en']}"
