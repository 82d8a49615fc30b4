"""What a link stands for, in as few letters and digits as it takes: an SMS provider takes 35 of them in a parameter.

Seven bytes name the incident, two the end, one marks the person, a few tell the question, twelve are the signature.
What the reader can work out by himself (the century of the end, all of a name) is signed and not sent along.
"""

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import product

from domain import numbering

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BITS = math.log2(len(_ALPHABET))
# A word is told by its place: append only, or links that were sent before open nothing any more.
WORDS = (
    *("judgement", "activation", "overdue", "procedure", "group", "plan", "arrival", "plan_refused", "command"),
    *("order", "information", "finding", "measure", "checklist", "verification", "summary", "receipt", "closing"),
    *("note", "it_director", "general_manager", "communication_test", "contact_test", "readiness"),
    *("inbox", "mail", "webhook", "dingtalk", "wecom-robot", "wecom", "feishu", "lark", "aliyun-sms", "tencent-sms"),
    *("alert_resolved", "at_risk", "closed", "command_offered", "contested", "dismissed", "dispatch", "form_group"),
    *("gap", "group_member", "informed", "notice", "notice_due", "order_objected", "person_left", "plain"),
    *("plan_approved", "recovery_failed", "report_due", "runbook", "step_result", "summary_returned", "unresolved"),
    *("analysis_overdue", "command_passed", "link_refused", "linked", "major", "not_major", "objection"),
    *("order_withdrawn", "plan_due", "preliminary", "preliminary_made", "rectification_due"),
    *("rectification_extension", "rectification_news", "rectification_opened", "rectification_overdue"),
    *("rectification_verification", "reopened", "runbook_version", "statutory_due", "statutory_overdue"),
    *("statutory_reminder", "step", "step_approval", "step_decided", "step_overdue", "step_unclear"),
    *("unlinked", "withdrawn", "due", "extension", "unanswered", "order_unanswered"),
    *("objection_unanswered", "summary_overdue", "preliminary_overdue", "notice_overdue", "again"),
    *("stood_down", "measure_approved"),
)
_PLACES = {word: place for place, word in enumerate(WORDS)}
# Small numbers are bytes themselves, larger ones take another; then come the tags of what follows, then the words.
_SMALL, _MIDDLE = 0x30, 0x38
_RECIPIENT, _PERSON, _TEXT, _NUMBER, _DAY, _PROOF = range(_MIDDLE, _MIDDLE + 6)
_WORD = 0x40
_LONGEST = 0xFF
_LARGEST = 0xFFFF
_FIRST_DAY = date(2000, 1, 1)
_NUMBERED, _NAMED, _NOWHERE, _OF_MEASURE = 0x00, 0x40, 0x80, 0xC0
_NUMBER_BYTES = 7
# Of a measure its place in a report stands beside the tag, or, from here on, in a byte behind the number.
_FAR = 15

PROOF = re.compile(r"~[0-9a-f]{6}")
_PROOF_BYTES = 3
Mark = Callable[[str], int]


class Unreadable(ValueError):
    """These bytes say nothing."""


def letters(content: bytes) -> str:
    """Return bytes as letters and digits, which no SMS gateway and no chat client cuts a link at."""
    value, length = int.from_bytes(content), _letters(len(content))
    digits = ""
    for _ in range(length):
        value, digit = divmod(value, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def unlettered(text: str) -> bytes:
    """Return the bytes of letters and digits; raise Unreadable."""
    length = int(len(text) * _BITS / 8)
    value = 0
    for character in text:
        digit = _ALPHABET.find(character)
        if digit < 0:
            raise Unreadable(text)
        value = value * len(_ALPHABET) + digit
    if _letters(length) != len(text) or value >= 1 << 8 * length:
        raise Unreadable(text)
    return value.to_bytes(length)


def _letters(count: int) -> int:
    return math.ceil(count * 8 / _BITS)


def place(incident: str) -> bytes:
    """Write where a question was asked: the number of an incident or a measure, another name, or nowhere (empty)."""
    if not incident:
        return bytes([_NOWHERE])
    value = numbering.value_of(incident)
    if value is not None:
        return value.to_bytes(_NUMBER_BYTES)
    measure = numbering.measure_parts(incident)
    if measure and measure[1] <= _LONGEST:
        return _place_of_measure(*measure)
    name = incident.encode()
    return bytes([_NAMED, len(name)]) + name


def placed(content: bytes) -> tuple[str, bytes]:
    """Read where a question was asked, and return what follows; raise Unreadable."""
    if not content:
        raise Unreadable(content)
    kind = content[0]
    if kind >= _OF_MEASURE:
        return _placed_measure(content)
    if kind == _NOWHERE:
        return "", content[1:]
    if kind == _NAMED:
        name, rest = _text(content[1:])
        return name, rest
    if kind >> 2 or len(content) < _NUMBER_BYTES:
        raise Unreadable(content)
    return numbering.written(int.from_bytes(content[:_NUMBER_BYTES])), content[_NUMBER_BYTES:]


def _place_of_measure(value: int, place_: int) -> bytes:
    tag = _OF_MEASURE | min(place_, _FAR) << 2 | value >> 8 * (_NUMBER_BYTES - 1)
    rest = value.to_bytes(_NUMBER_BYTES)[1:]
    return bytes([tag]) + rest + (bytes([place_]) if place_ >= _FAR else b"")


def _placed_measure(content: bytes) -> tuple[str, bytes]:
    place_ = content[0] - _OF_MEASURE >> 2
    end = _NUMBER_BYTES + (place_ == _FAR)
    if len(content) < end:
        raise Unreadable(content)
    value = int.from_bytes(bytes([content[0] & 3]) + content[1:_NUMBER_BYTES])
    place_ = content[_NUMBER_BYTES] if place_ == _FAR else place_
    return numbering.measure_number(numbering.written(value), place_), content[end:]


def question(asked: str, recipient: str, people: Collection[str], mark: Mark) -> bytes:
    """Write a question: its words by their place, numbers, the recipient, one other person by his mark, other text."""
    written = b""
    is_named = False
    for part in asked.split("/"):
        if is_other := part in people and part != recipient and part not in _PLACES and not is_named:
            is_named = True
        written += bytes([_PERSON, mark(part)]) if is_other else _part(part, recipient)
    return written


def questions(content: bytes, recipient: str, people: Collection[str], mark: Mark) -> Iterator[str]:
    """Yield every question that these bytes may be: several people may have the same mark; raise Unreadable."""
    parts: list[Sequence[str]] = []
    is_named = False
    while content:
        tag, content = content[0], content[1:]
        if tag < _SMALL:
            parts.append([str(tag)])
        elif tag < _MIDDLE and content:
            parts.append([str(_SMALL + ((tag - _SMALL) << 8) + content[0])])
            content = content[1:]
        elif tag == _RECIPIENT:
            parts.append([recipient])
        elif tag == _PERSON and content and not is_named:
            is_named = True
            parts.append([person for person in people if mark(person) == content[0]])
            content = content[1:]
        elif tag == _TEXT:
            text, content = _text(content)
            parts.append([text])
        elif tag - _WORD in range(len(WORDS)):
            parts.append([WORDS[tag - _WORD]])
        else:
            value, content = _value(tag, content)
            parts.append([value])
    return ("/".join(choice) for choice in product(*parts))


def _part(part: str, recipient: str) -> bytes:
    if part in _PLACES:
        return bytes([_WORD + _PLACES[part]])
    if part == recipient:
        return bytes([_RECIPIENT])
    if part.isascii() and part.isdecimal() and str(int(part)) == part and int(part) <= _LARGEST:
        return _number(int(part))
    if PROOF.fullmatch(part):
        return bytes([_PROOF]) + bytes.fromhex(part[1:])
    if (day := _day(part)) is not None:
        return bytes([_DAY]) + day.to_bytes(2)
    text = part.encode()
    return bytes([_TEXT, len(text)]) + text


def _number(value: int) -> bytes:
    if value < _SMALL:
        return bytes([value])
    high, low = divmod(value - _SMALL, 1 << 8)
    return bytes([_SMALL + high, low]) if _SMALL + high < _MIDDLE else bytes([_NUMBER]) + value.to_bytes(2)


def _value(tag: int, content: bytes) -> tuple[str, bytes]:
    length = _PROOF_BYTES if tag == _PROOF else 2
    if tag not in (_NUMBER, _DAY, _PROOF) or len(content) < length:
        raise Unreadable(content)
    head, rest = content[:length], content[length:]
    if tag == _PROOF:
        return f"~{head.hex()}", rest
    value = int.from_bytes(head)
    return (str(value) if tag == _NUMBER else (_FIRST_DAY + timedelta(value)).isoformat()), rest


def _day(part: str) -> int | None:
    try:
        found = date.fromisoformat(part)
    except ValueError:
        return None
    days = (found - _FIRST_DAY).days
    return days if found.isoformat() == part and 0 <= days <= _LARGEST else None


def _text(content: bytes) -> tuple[str, bytes]:
    if not content or len(content) <= content[0]:
        raise Unreadable(content)
    try:
        return content[1 : content[0] + 1].decode(), content[content[0] + 1 :]
    except UnicodeDecodeError:
        raise Unreadable(content) from None
