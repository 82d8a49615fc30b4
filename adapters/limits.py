"""How often one person, and one address that signs in, may ask; counted in the memory of this process."""

import time
from typing import NamedTuple

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

_PEOPLE_AT_AN_ADDRESS = 6
_ONCE = RateLimitItemPerMinute(1)


class Wait(NamedTuple):
    """For how many seconds somebody is to wait, and whether he is told so for the first time in a minute."""

    seconds: float
    is_first: bool


class Limits:
    """Counts; whoever asks too often learns after how many seconds he may again."""

    def __init__(self, requests_per_minute: int, sign_ins_per_minute: int) -> None:
        """Begin with nothing counted."""
        self._requests = RateLimitItemPerMinute(requests_per_minute)
        self._tries_as_person = RateLimitItemPerMinute(sign_ins_per_minute)
        self._tries_from_address = RateLimitItemPerMinute(sign_ins_per_minute * _PEOPLE_AT_AN_ADDRESS)
        self._counting = FixedWindowRateLimiter(MemoryStorage())

    async def request(self, person: str) -> Wait | None:
        """Count a request of a person; None where it is not too much."""
        wait = await self._count(self._requests, "request", person)
        return await self._told(wait, "request", person) if wait else None

    async def sign_in(self, person: str, address: str) -> Wait | None:
        """Count a try to sign in, for the address and for whom it names."""
        from_address = await self._count(self._tries_from_address, "address", address)
        as_person = await self._count(self._tries_as_person, "person", person)
        # An address that asks too often is told once, however many people it names.
        if from_address:
            return await self._told(max(from_address, as_person or 0), "address", address)
        return await self._told(as_person, "person", person) if as_person else None

    async def _told(self, seconds: float, *whom: str) -> Wait:
        return Wait(seconds, await self._counting.hit(_ONCE, "told", *whom))

    async def _count(self, item: RateLimitItem, *of: str) -> float | None:
        if await self._counting.hit(item, *of):
            return None
        window = await self._counting.get_window_stats(item, *of)
        return max(window.reset_time - time.time(), 1.0)
