"""How often one person, and one address that signs in, may ask; counted in the memory of this process."""

import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

_PEOPLE_AT_AN_ADDRESS = 6


class Limits:
    """Counts; whoever asks too often learns after how many seconds he may again."""

    def __init__(self, requests_per_minute: int, sign_ins_per_minute: int) -> None:
        """Begin with nothing counted."""
        self._requests = RateLimitItemPerMinute(requests_per_minute)
        self._tries_as_person = RateLimitItemPerMinute(sign_ins_per_minute)
        self._tries_from_address = RateLimitItemPerMinute(sign_ins_per_minute * _PEOPLE_AT_AN_ADDRESS)
        self._counting = FixedWindowRateLimiter(MemoryStorage())

    async def request(self, person: str) -> float | None:
        """Count a request of a person; None where it is not too much."""
        return await self._count(self._requests, "request", person)

    async def sign_in(self, person: str, address: str) -> float | None:
        """Count a try to sign in, for the address and for whom it names."""
        waits = [
            await self._count(self._tries_from_address, "address", address),
            await self._count(self._tries_as_person, "person", person),
        ]
        return max((wait for wait in waits if wait is not None), default=None)

    async def _count(self, item: RateLimitItem, *of: str) -> float | None:
        if await self._counting.hit(item, *of):
            return None
        window = await self._counting.get_window_stats(item, *of)
        return max(window.reset_time - time.time(), 1.0)
