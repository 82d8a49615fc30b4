"""What an incident says to others that have the same cause: its parent hears of the link, a child why it cannot be."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from collections.abc import Callable, Iterable

    from domain import events as ev
    from domain.entry import Entry
    from domain.incident import Incident
    from workflows import contract
    from workflows.contract import ChildWord, ParentRefusal

Word = ChildWord | ParentRefusal


def words_of(incident: Incident, entries: Iterable[Entry]) -> list[Word]:
    """Return what the parent must hear of new entries."""
    return [
        _word(incident, entry, event) for entry in entries if isinstance(event := entry.event, ev.Linked | ev.Unlinked)
    ]


def _word(incident: Incident, entry: Entry, event: ev.Linked | ev.Unlinked) -> Word:
    return ChildWord(
        parent=event.parent,
        child=incident.number,
        told_as=entry.seq,
        is_linked=isinstance(event, ev.Linked),
        is_drill=incident.is_drill,
        title=incident.title,
        reason=event.reason,
    )


class Neighbours:
    """Says one thing after the other, in order; what was not said yet is carried over."""

    def __init__(self, is_lost: Callable[[Word], None]) -> None:
        """``is_lost`` hears of a word that nobody took, because the other workflow is not there."""
        self.unsaid: list[Word] = []
        self._is_lost = is_lost
        self._speaking: asyncio.Task[None] | None = None

    def say(self, words: list[Word]) -> None:
        """Say it as soon as everything before has been said."""
        self.unsaid += words
        if self.unsaid and (self._speaking is None or self._speaking.done()):
            self._speaking = asyncio.create_task(self._speak())

    async def _speak(self) -> None:
        while self.unsaid:
            word = self.unsaid[0]
            try:
                await _signal(word)
            except FailureError:
                self._is_lost(word)
            self.unsaid.pop(0)


async def _signal(word: Word) -> None:
    is_for_parent = isinstance(word, ChildWord)
    other = workflow.get_external_workflow_handle(contract.incident_id(word.parent if is_for_parent else word.child))
    await other.signal(contract.CHILD_SAYS if is_for_parent else contract.PARENT_REFUSES, word)
