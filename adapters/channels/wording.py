"""A message in the shape that a provider takes: cut to its length, with nothing in it that the provider would obey."""

from adapters.messages import Rendered

# Markup of the chat platforms becomes its full-width twin: what people wrote stays readable and does nothing.
_INERT = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊", "`": "｀", "\\": "＼"})


def markdown(text: Rendered, most_bytes: int) -> str:
    """Return subject and body as markdown of at most so many bytes; the link stays whole."""
    head, link, tail = _cut(text, most_bytes - 16)
    lines = [f"### {_inert(text.subject)}", "", *_inert(head).splitlines()]
    return "\n".join(lines) + (f"[{link}]({link})" if link else "") + _inert(tail)


def plain(text: Rendered, most_bytes: int) -> str:
    """Return subject and body as plain text of at most so many bytes; the link stays whole."""
    head, link, tail = _cut(text, most_bytes)
    return f"{text.subject}\n\n{head}{link}{tail}"


def inert(text: str) -> str:
    """Return a text in which no platform finds markup."""
    return _inert(text)


def _inert(text: str) -> str:
    lines = (f"＃{line[1:]}" if line.startswith("#") else line for line in text.translate(_INERT).split("\n"))
    return "\n".join(lines)


def _cut(text: Rendered, most_bytes: int) -> tuple[str, str, str]:
    """Cut the body before its link; full-width twins take three bytes each and the link stands twice."""
    head, link, tail = text.body.rstrip().partition(text.link) if text.link else (text.body.rstrip(), "", "")
    room = most_bytes - len(_inert(text.subject).encode()) - 2 * len(link.encode()) - len(_inert(tail).encode())
    return _within(head, room), link, tail


def _within(text: str, most_bytes: int) -> str:
    if len(_inert(text).encode()) <= most_bytes:
        return text
    label = text.rpartition("\n")[2]
    left = most_bytes - len(_inert(label).encode()) - len("…\n".encode())
    kept = ""
    for character in text:
        left -= len(_inert(character).encode())
        if left < 0:
            break
        kept += character
    return f"{kept}…\n{label}"
