"""Requests for drawing that wait, by owner and in turns: a burst of one delays no other."""

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from uuid import UUID

from qz_api.images.wire import Job, Reply


@dataclass(eq=False)
class Request:
    owner: UUID
    job: Job
    answer: "asyncio.Future[Reply]" = field(default_factory=asyncio.Future)
    losses: int = 0


class QueueFull(Exception):
    pass


class FairQueue:
    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._count = 0
        self._arrivals = asyncio.Semaphore(0)
        self._waiting: OrderedDict[UUID, deque[Request]] = OrderedDict()

    def __len__(self) -> int:
        return self._count

    def put(self, request: Request) -> None:
        own = self._waiting.get(request.owner, ())
        if self._count >= self._most or len(own) >= self._most_of_one:
            raise QueueFull
        self._waiting.setdefault(request.owner, deque()).append(request)
        self._count += 1
        self._arrivals.release()

    async def next(self) -> Request:
        await self._arrivals.acquire()
        owner, waiting = self._waiting.popitem(last=False)
        request = waiting.popleft()
        if waiting:
            self._waiting[owner] = waiting
        self._count -= 1
        return request
