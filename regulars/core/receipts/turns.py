"""Whose turn it is: many at a time, but of each member only the next, and only after the one before."""

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(slots=True)
class Turns(Generic[Item]):
    """A queue that keeps the order of each owner's items and of nothing else.

    Items without an owner (None) wait for nobody. An owner whose item was taken is busy until
    `finished`; only then the owner's next item can be taken.
    """

    _ready: deque[tuple[Hashable | None, Item]] = field(default_factory=deque)
    _waiting: dict[Hashable, deque[Item]] = field(default_factory=dict)
    _held: int = 0

    def __len__(self) -> int:
        return len(self._ready) + self._held

    @property
    def ready(self) -> int:
        """How many could be taken now."""
        return len(self._ready)

    def push(self, owner: Hashable | None, item: Item) -> None:
        """Put an item behind all earlier ones of its owner."""
        if owner is None:
            self._ready.append((None, item))
        elif owner in self._waiting:
            self._waiting[owner].append(item)
            self._held += 1
        else:
            self._waiting[owner] = deque()
            self._ready.append((owner, item))

    def take(self, most: int) -> list[tuple[Hashable | None, Item]]:
        """Up to `most` items, at most one for each owner."""
        count = min(most, len(self._ready))
        return [self._ready.popleft() for _ in range(count)]

    def finished(self, owner: Hashable | None, then: Sequence[Item] = ()) -> None:
        """The owner's item is done; `then` comes next, before what the owner has waiting."""
        if owner is None:
            assert not then, "only an owner has a next"
            return
        waiting = self._waiting[owner]
        waiting.extendleft(reversed(then))
        self._held += len(then)
        if waiting:
            self._held -= 1
            self._ready.append((owner, waiting.popleft()))
        else:
            del self._waiting[owner]
