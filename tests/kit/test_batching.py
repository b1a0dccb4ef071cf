"""The batcher: nothing waits for a timer, nothing is lost, nobody gets another's answer."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.batching import Again, Batcher, BatcherClosed, HandlerAnswersMissing


class Recorder:
    """A handler that notes its batches and answers each item with its double."""

    def __init__(self, *, gate: asyncio.Event | None = None) -> None:
        self.batches = []
        self.at_once = 0
        self.at_once_max = 0
        self._gate = gate

    async def __call__(self, items):
        self.batches.append(items)
        self.at_once += 1
        self.at_once_max = max(self.at_once_max, self.at_once)
        await (self._gate.wait() if self._gate else asyncio.sleep(0))
        self.at_once -= 1
        return [item * 2 for item in items]


def test_an_item_that_finds_nothing_under_way_leaves_at_once():
    async def story():
        handler = Recorder()
        assert await asyncio.wait_for(Batcher(handler).submit(21), 1) == 42
        assert handler.batches == [[21]]

    asyncio.run(story())


def test_what_waits_leaves_together_when_a_connection_comes_free():
    async def story():
        gate = asyncio.Event()
        handler = Recorder(gate=gate)
        batcher = Batcher(handler, connections=1)
        first = asyncio.create_task(batcher.submit(0))
        await asyncio.sleep(0.01)
        rest = [asyncio.create_task(batcher.submit(i)) for i in range(1, 51)]
        await asyncio.sleep(0.01)
        assert handler.batches == [[0]]
        gate.set()
        assert await asyncio.gather(first, *rest) == [i * 2 for i in range(51)]
        assert handler.batches == [[0], list(range(1, 51))]

    asyncio.run(story())


@given(
    items=st.lists(st.integers(), min_size=1, max_size=60),
    connections=st.integers(1, 4),
    most=st.integers(1, 20),
)
def test_everyone_gets_the_own_answer_within_the_limits(items, connections, most):
    async def story():
        handler = Recorder()
        batcher = Batcher(handler, connections=connections, most=most)
        answers = await asyncio.gather(*(batcher.submit(item) for item in items))
        assert answers == [item * 2 for item in items]
        assert [item for batch in handler.batches for item in batch] == items
        assert max(map(len, handler.batches)) <= most
        assert handler.at_once_max <= connections

    asyncio.run(story())


def test_one_item_may_fail_alone():
    async def handler(items):
        return [ValueError(item) if item == 13 else item for item in items]

    async def story():
        batcher = Batcher(handler, connections=1)
        answers = await asyncio.gather(
            *(batcher.submit(item) for item in (12, 13, 14)), return_exceptions=True
        )
        assert answers[0] == 12
        assert isinstance(answers[1], ValueError)
        assert answers[2] == 14

    asyncio.run(story())


def test_a_failing_handler_fails_its_own_batch_and_no_other():
    calls = []

    async def handler(items):
        calls.append(items)
        await asyncio.sleep(0.01)
        if 0 in items:
            raise ConnectionError
        return items

    async def story():
        batcher = Batcher(handler, connections=1, most=2)
        answers = await asyncio.gather(
            *(batcher.submit(item) for item in range(5)), return_exceptions=True
        )
        assert [type(answer) for answer in answers[:2]] == [ConnectionError, ConnectionError]
        assert answers[2:] == [2, 3, 4]
        assert await batcher.submit(9) == 9

    asyncio.run(story())
    assert calls == [[0, 1], [2, 3], [4], [9]]


def test_a_handler_that_forgets_an_answer_strands_nobody():
    async def handler(items):
        return items[:-1]

    async def story():
        batcher = Batcher(handler, connections=1)
        for answer in await asyncio.gather(
            batcher.submit(1), batcher.submit(2), return_exceptions=True
        ):
            assert isinstance(answer, HandlerAnswersMissing)

    asyncio.run(story())


def test_who_gives_up_while_waiting_is_left_out():
    async def story():
        gate = asyncio.Event()
        handler = Recorder(gate=gate)
        batcher = Batcher(handler, connections=1)
        tasks = [asyncio.create_task(batcher.submit(i)) for i in range(3)]
        await asyncio.sleep(0)
        waiting = asyncio.create_task(batcher.submit(7))
        staying = asyncio.create_task(batcher.submit(8))
        await asyncio.sleep(0.01)
        waiting.cancel()
        gate.set()
        assert await asyncio.gather(*tasks, staying) == [0, 2, 4, 16]
        assert 7 not in [item for batch in handler.batches for item in batch]
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(story())


def test_who_gives_up_after_the_hand_over_disturbs_nobody():
    async def story():
        gate = asyncio.Event()
        handler = Recorder(gate=gate)
        batcher = Batcher(handler, connections=1)
        leaving, staying = (asyncio.create_task(batcher.submit(i)) for i in (1, 2))
        await asyncio.sleep(0.01)
        leaving.cancel()
        gate.set()
        assert await staying == 4
        assert handler.batches == [[1, 2]]
        assert await batcher.submit(3) == 6

    asyncio.run(story())


def test_closing_answers_everything_taken_and_takes_no_more():
    async def story():
        handler = Recorder()
        batcher = Batcher(handler, connections=2, most=3)
        tasks = [asyncio.create_task(batcher.submit(i)) for i in range(20)]
        await asyncio.sleep(0)
        await batcher.close()
        assert all(task.done() for task in tasks)
        assert [task.result() for task in tasks] == [i * 2 for i in range(20)]
        with pytest.raises(BatcherClosed):
            await batcher.submit(1)

    asyncio.run(story())


def test_a_worker_cancelled_from_outside_strands_nobody():
    async def story():
        gate = asyncio.Event()
        handler = Recorder(gate=gate)
        batcher = Batcher(handler, connections=1)
        first = asyncio.create_task(batcher.submit(1))
        await asyncio.sleep(0.01)
        second = asyncio.create_task(batcher.submit(2))
        await asyncio.sleep(0.01)
        (worker,) = batcher._at_work
        worker.cancel()
        gate.set()
        assert await asyncio.wait_for(second, 1) == 4
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(story())


def test_what_is_not_done_with_goes_round_again_ahead_of_what_waits():
    seen = []

    async def handler(items):
        seen.append(list(items))
        await asyncio.sleep(0)
        return [Again() if item == 1 and len(seen) < 3 else item for item in items]

    async def story():
        batcher = Batcher(handler, connections=1, most=2)
        assert await asyncio.gather(*(batcher.submit(item) for item in range(5))) == [0, 1, 2, 3, 4]

    asyncio.run(story())
    assert seen == [[0, 1], [1, 2], [1, 3], [4]]


def test_what_pauses_holds_up_nobody_and_is_answered_before_closing():
    calls = []

    async def handler(items):
        calls.append(list(items))
        return [Again(0.05) if item == "slow" and len(calls) < 3 else item for item in items]

    async def story():
        batcher = Batcher(handler, connections=1)
        slow = asyncio.create_task(batcher.submit("slow"))
        await asyncio.sleep(0.01)
        assert await asyncio.wait_for(batcher.submit("quick"), 0.03) == "quick"
        await asyncio.wait_for(batcher.close(), 1)
        assert slow.done()
        assert slow.result() == "slow"

    asyncio.run(story())


def test_what_waits_is_divided_fairly_between_the_connections():
    async def story():
        gate = asyncio.Event()
        handler = Recorder(gate=gate)
        batcher = Batcher(handler, connections=2)
        asked = [asyncio.create_task(batcher.submit(i)) for i in range(2)]
        await asyncio.sleep(0.01)
        asked += [asyncio.create_task(batcher.submit(i)) for i in range(2, 62)]
        await asyncio.sleep(0.01)
        gate.set()
        await asyncio.gather(*asked)
        return [len(batch) for batch in handler.batches]

    assert asyncio.run(story())[:3] == [1, 1, 31]


@given(
    items=st.lists(st.integers(0, 6), min_size=1, max_size=60),
    connections=st.integers(1, 3),
    most=st.integers(1, 12),
)
def test_equal_keys_are_never_under_way_on_two_connections(items, connections, most):
    at_work = []

    async def handler(batch):
        keys = {key for key, _ in batch if key}
        assert keys.isdisjoint(key for others in at_work for key in others)
        at_work.append(keys)
        await asyncio.sleep(0)
        at_work.remove(keys)
        return [number for _, number in batch]

    async def story():
        batcher = Batcher(
            handler, connections=connections, most=most, key=lambda item: item[0] or None
        )
        asked = [batcher.submit((key, number)) for number, key in enumerate(items)]
        answers = await asyncio.wait_for(asyncio.gather(*asked), 5)
        assert answers == list(range(len(items)))

    asyncio.run(story())
