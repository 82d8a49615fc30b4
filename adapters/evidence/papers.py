"""Documents that go into a bundle beside the record: the reports of an incident."""

from typing import NamedTuple

LANGUAGES = ("zh-CN", "en")


class Paper(NamedTuple):
    """A document by its name in the folder ``reports``: a safe file name, there once."""

    name: str
    content: bytes
