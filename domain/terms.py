"""Words of a text: Chinese has no spaces, so a run of it is taken as overlapping pairs; elsewhere words are words."""

import re

_CJK = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUNS = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_PIECES = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+|\s+|.", re.DOTALL)
_IS_CJK = re.compile(rf"[{_CJK}]")


def runs(text: str) -> list[str]:
    """Return the runs of Chinese characters and the other words, in lower case, in order."""
    return _RUNS.findall(text.casefold())


def is_chinese(run: str) -> bool:
    """Tell whether a run is of Chinese characters."""
    return bool(_IS_CJK.match(run))


def terms(text: str) -> list[str]:
    """Return what a text is found by: every pair of neighbouring Chinese characters, every other word."""
    found: list[str] = []
    for run in runs(text):
        found += [run[place : place + 2] for place in range(len(run) - 1)] if is_chinese(run) and run[1:] else [run]
    return found


def pieces(text: str) -> list[str]:
    """Cut a text into single Chinese characters, words, spaces and signs; joined they are the text."""
    return _PIECES.findall(text)
