"""What differs between two versions of a runbook: fields, steps, checklist; nothing is lost in it (6.3)."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Literal

from domain.company import Runbook
from domain.terms import pieces
from domain.text import Wire

Part = Literal["runbook", "steps", "recovery_checklist", "probes", "preconditions", "systems"]
LISTS: tuple[Part, ...] = ("systems", "preconditions", "steps", "recovery_checklist", "probes")
# Comparing two very long texts word by word takes longer than anybody waits.
_MOST_COMPARED = 500_000
_FIELDS = tuple(name for name in Runbook.model_fields if name not in LISTS)
Content = dict[str, Any]


class Turn(StrEnum):
    """What became of a thing."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class Difference(Wire):
    """One difference: ``item`` names a step or the like, ``field`` what changed; places count from 0."""

    turn: Turn
    part: Part
    item: str | None = None
    field: str | None = None
    before: Any = None
    after: Any = None
    place_before: int | None = None
    place_after: int | None = None

    def undone(self) -> "Difference":
        """Return the way back."""
        turns = {Turn.ADDED: Turn.REMOVED, Turn.REMOVED: Turn.ADDED}
        return self.model_copy(
            update={
                "turn": turns.get(self.turn, self.turn),
                "before": self.after,
                "after": self.before,
                "place_before": self.place_after,
                "place_after": self.place_before,
            }
        )


class Mark(Wire):
    """A stretch of a text that was changed: kept, removed or added."""

    turn: Literal["kept", "removed", "added"]
    text: str


def compare(before: Runbook, after: Runbook) -> list[Difference]:
    """Return everything that makes one version the other."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    found = [
        Difference(turn=Turn.CHANGED, part="runbook", field=name, before=old[name], after=new[name])
        for name in _FIELDS
        if old[name] != new[name]
    ]
    for part in LISTS:
        found += _compared(part, _keyed(old[part]), _keyed(new[part]))
    return found


def applied(book: Runbook, differences: Iterable[Difference]) -> Runbook:
    """Return what differences make of a version."""
    content = book.model_dump(mode="json")
    wanted = list(differences)
    content |= {item.field: item.after for item in wanted if item.part == "runbook" and item.field}
    for part in LISTS:
        content[part] = _changed(_keyed(content[part]), [item for item in wanted if item.part == part])
    return Runbook.model_validate(content)


def marked(before: str, after: str) -> list[Mark]:
    """Tell word by word what a text lost and gained; Chinese is compared character by character."""
    old, new = pieces(before), pieces(after)
    if len(old) * len(new) > _MOST_COMPARED:
        return [Mark(turn="removed", text=before), Mark(turn="added", text=after)]
    marks: list[Mark] = []
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            marks.append(Mark(turn="kept", text="".join(old[first:last])))
            continue
        if last > first:
            marks.append(Mark(turn="removed", text="".join(old[first:last])))
        if end > start:
            marks.append(Mark(turn="added", text="".join(new[start:end])))
    return marks


def _keyed(items: Sequence[Any]) -> dict[str, Any]:
    """Name everything in a list: by its id, a text by itself; a second one of the same name is told apart."""
    found: dict[str, Any] = {}
    for item in items:
        name = wanted = _name(item)
        number = 1
        while name in found:
            number += 1
            name = f"{wanted} #{number}"
        found[name] = item
    return found


def _name(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    return str(item["id"]) if "id" in item else f"{item['zh']} / {item['en']}"


def _compared(part: Part, old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    places, others = {name: place for place, name in enumerate(old)}, {name: place for place, name in enumerate(new)}
    found = [
        Difference(turn=Turn.REMOVED, part=part, item=name, before=old[name], place_before=place)
        for name, place in places.items()
        if name not in new
    ]
    common = [name for name in new if name in old]
    staying = _longest_rise([places[name] for name in common])
    for name, place in others.items():
        if name not in old:
            found.append(Difference(turn=Turn.ADDED, part=part, item=name, after=new[name], place_after=place))
            continue
        if places[name] not in staying:
            moved = Difference(turn=Turn.MOVED, part=part, item=name, place_after=place, place_before=places[name])
            found.append(moved)
        found += _fields(part, name, old[name], new[name])
    return found


def _fields(part: Part, name: str, old: Any, new: Any) -> list[Difference]:
    if not isinstance(old, dict) or "id" not in old:
        return []
    return [
        Difference(turn=Turn.CHANGED, part=part, item=name, field=field, before=old.get(field), after=new.get(field))
        for field in dict.fromkeys([*old, *new])
        if old.get(field) != new.get(field)
    ]


def _longest_rise(places: Sequence[int]) -> set[int]:
    """Return the longest row of places that still follow one another: these stayed, the others moved."""
    ends: list[int] = []
    rows: list[list[int]] = []
    for place in places:
        at = bisect_left(ends, place)
        row = [*(rows[at - 1] if at else []), place]
        ends[at : at + 1] = [place]
        rows[at : at + 1] = [row]
    return set(rows[-1]) if rows else set()


def _changed(items: dict[str, Any], wanted: Sequence[Difference]) -> list[Any]:
    placed: dict[int, Any] = {}
    for difference in wanted:
        if difference.turn == Turn.CHANGED and difference.item in items and difference.field:
            items[difference.item] = {**items[difference.item], difference.field: difference.after}
    for difference in wanted:
        if difference.turn in (Turn.REMOVED, Turn.MOVED) and difference.item is not None:
            taken = items.pop(difference.item)
            if difference.turn == Turn.MOVED and difference.place_after is not None:
                placed[difference.place_after] = taken
        elif difference.turn == Turn.ADDED and difference.place_after is not None:
            placed[difference.place_after] = difference.after
    found = list(items.values())
    for place in sorted(placed):
        found.insert(place, placed[place])
    return found
