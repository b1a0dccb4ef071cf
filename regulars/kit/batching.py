"""Gather what waits while earlier work is under way, and do it together (group commit)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_LOOK_S = 0.01
_LOOK_PAST = 400  # so many waiting items are looked past for one that may leave


class BatcherClosed(RuntimeError):
    """Nothing more is taken: the program is ending."""


class HandlerAnswersMissing(RuntimeError):
    """The handler did not give exactly one answer for each item."""


@dataclass(frozen=True, slots=True)
class Again:
    """Not an answer yet: the item is to be handed over once more, ahead of what waits, after so long."""

    after_s: float = 0.0


class Batcher(Generic[Item, Answer]):
    """Hands items to `handler` in batches of at most `most`, on at most `connections` at a time.

    There is no timer: an item that finds a free connection leaves at once, the others leave
    together with the next one that comes free, in the order they came and in fair parts: what waits
    and what is under way is divided between the connections, so that none goes with a crumb while
    another is stuck with the lump. Items with the same `key` (None: no key) are never under way on
    two connections. The handler gets a list and answers with one result or exception for each, in
    the same order, or `Again` for one that it is not done with. If it raises, that is the answer to
    every item of that batch and of no other. Belongs to one event loop.
    """

    def __init__(
        self,
        handler: Callable[[list[Item]], Awaitable[Sequence[Answer | BaseException | Again]]],
        *,
        connections: int = 2,
        most: int = 100,
        key: Callable[[Item], Hashable] | None = None,
    ) -> None:
        assert connections > 0
        assert most > 0
        self._handler = handler
        self._connections = connections
        self._most = most
        self._key = key
        self._busy: set[Hashable] = set()
        self._handed_over = 0
        self._pausing = 0
        self._waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._at_work: set[asyncio.Task[None]] = set()
        self._closed = False

    async def submit(self, item: Item) -> Answer:
        """The handler's answer to `item`; raises what the handler answered or raised.

        Whoever is cancelled while waiting gives up the answer. The item is left out only if it
        has not been handed over yet: afterwards its effect may come about all the same.
        Raises BatcherClosed after `close`.
        """
        if self._closed:
            raise BatcherClosed
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if len(self._at_work) < self._connections:
            self._start()
        return await answer

    async def close(self) -> None:
        """Take nothing more and come back when everything taken has been answered."""
        self._closed = True
        while self._at_work or self._pausing:
            if self._at_work:
                await asyncio.wait(self._at_work)
            else:
                await asyncio.sleep(_LOOK_S)

    def _start(self) -> None:
        task = asyncio.get_running_loop().create_task(self._work())
        self._at_work.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        # Items may wait behind a worker that was cancelled from outside: they must not strand.
        if self._waiting and not self._at_work and not task.get_loop().is_closed():
            self._start()

    async def _work(self) -> None:
        while batch := self._next_batch():
            if self._waiting and len(self._at_work) < self._connections:
                self._start()
            answers = [answer for _, answer in batch]
            items = [item for item, _ in batch]
            try:
                results = await self._handler(items)
                if len(results) != len(batch):
                    raise HandlerAnswersMissing(f"{len(results)} answers for {len(batch)} items")
            except asyncio.CancelledError:
                for answer in answers:
                    answer.cancel()
                raise
            except BaseException as failure:
                _answer_all(answers, [failure] * len(answers))
                if not isinstance(failure, Exception):
                    raise
            else:
                self._put_back(batch, results)
                _answer_all(answers, results)
            finally:
                self._handed_over -= len(batch)
                if self._key is not None:
                    self._busy.difference_update(map(self._key, items))

    def _put_back(
        self,
        batch: list[tuple[Item, "asyncio.Future[Answer]"]],
        results: "Sequence[Answer | BaseException | Again]",
    ) -> None:
        """Let what is not done with go round again; what has to pause meanwhile holds up nobody."""
        at_once = []
        for waiting, result in zip(batch, results, strict=True):
            if isinstance(result, Again):
                if result.after_s:
                    self._pausing += 1
                    waiting[1].get_loop().call_later(result.after_s, self._resume, waiting)
                else:
                    at_once.append(waiting)
        self._waiting.extendleft(reversed(at_once))

    def _resume(self, waiting: tuple[Item, "asyncio.Future[Answer]"]) -> None:
        self._pausing -= 1
        self._waiting.appendleft(waiting)
        if len(self._at_work) < self._connections:
            self._start()

    def _next_batch(self) -> list[tuple[Item, "asyncio.Future[Answer]"]]:
        fair = -(-(len(self._waiting) + self._handed_over) // self._connections)
        part = min(fair, self._most)
        batch: list[tuple[Item, asyncio.Future[Answer]]] = []
        left: list[tuple[Item, asyncio.Future[Answer]]] = []
        keys: set[Hashable] = set()
        while self._waiting and len(left) < _LOOK_PAST and len(batch) < self._most:
            item, answer = self._waiting.popleft()
            if answer.done():
                continue
            key = None if self._key is None else self._key(item)
            # What shares its key with the batch could not go elsewhere meanwhile: it comes along.
            if key in keys or (len(batch) < part and key not in self._busy):
                batch.append((item, answer))
                if key is not None:
                    keys.add(key)
            elif self._key is None:
                self._waiting.appendleft((item, answer))
                break
            else:
                left.append((item, answer))
        self._waiting.extendleft(reversed(left))
        self._busy |= keys
        self._handed_over += len(batch)
        return batch


def _answer_all(
    answers: "list[asyncio.Future[Answer]]", results: "Sequence[Answer | BaseException | Again]"
) -> None:
    for answer, result in zip(answers, results, strict=True):
        if answer.done() or isinstance(result, Again):
            continue
        if isinstance(result, BaseException):
            answer.set_exception(result)
        else:
            answer.set_result(result)
