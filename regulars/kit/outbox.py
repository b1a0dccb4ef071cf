"""Jobs and events that exist if, and only if, the transaction that made them commits."""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import asyncpg
from django.db import connection
from procrastinate import App, JobContext, RetryStrategy
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app as jobs
from pydantic import BaseModel, ConfigDict

from regulars.kit.transactions import in_transaction

# One job for a batch of events: a worker does about a hundred jobs a second, whatever their size.
EVENTS_PER_JOB_MAX = 500
# Housekeeping and everything that is not said to belong elsewhere.
QUEUES_OF_BOOKS = ("default", "builtin")
# Minutes of computing, which must not hold up the jobs of the books.
QUEUE_OF_STUDIES = "studies"
_RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)
_OLD_JOB_HOURS = 72

# The columns are those of the type procrastinate_job_to_defer_v1, in its order.
_DEFER = """
SELECT procrastinate_defer_jobs_v1(array(
    SELECT row('default', task, 0, null, null, args, null)::procrastinate_job_to_defer_v1
    FROM unnest($1::text[], $2::jsonb[]) AS job(task, args)
))
"""


class NotInTransaction(RuntimeError):
    """An event without a transaction could be told although what it tells was rolled back."""


class Event(BaseModel):
    """Something that has happened, named in the past tense, with nothing personal in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Happened = TypeVar("Happened", bound=Event)
_subscribers: dict[type[Event], list[str]] = defaultdict(list)


class Interrupted(Exception):
    """A stoppable job gave up because its worker ends; the next worker does it from the start."""


def job(
    name: str,
    *,
    cron: str | None = None,
    atomic: bool = True,
    queue: str = "default",
    stoppable: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Declare a background job, to stand in a context's `jobs.py`.

    `name` is stable (it is stored with waiting jobs). One run is one transaction, unless the job
    goes in steps of its own (`atomic=False`). A run that fails is repeated later, up to ten times
    over about a day. With `cron` the job is started by the clock and gets the keyword `timestamp`
    (seconds). A `stoppable` one gets the keyword `ending`, a function that says whether to raise
    Interrupted. The decorated function is callable as before; `defer(name, …)` queues it.
    """

    def declare(function: Callable[..., None]) -> Callable[..., Any]:
        if stoppable:

            def with_ending(context: JobContext, **arguments: Any) -> None:
                function(**arguments, ending=context.should_abort)

            jobs.task(name=name, queue=queue, retry=_RETRY, pass_context=True)(with_ending)
            return function

        @wraps(function)
        def run(**arguments: Any) -> None:
            if atomic:
                in_transaction(lambda: function(**arguments))
            else:
                function(**arguments)

        if cron is None:
            jobs.task(name=name, queue=queue, retry=_RETRY)(run)
        else:
            # A tick that comes while the last one still waits is left out, not queued twice.
            task = jobs.task(name=name, queue=queue, retry=_RETRY, lock=name)(
                lambda timestamp: run(timestamp=timestamp)
            )
            jobs.periodic(cron=cron)(task)
        return function

    return declare


def defer(name: str, *, queue: str = "default", **arguments: Any) -> None:
    """Queue one run of the job `name` in the transaction of the Django connection.

    `queue` is the one that the job was declared for.
    """
    jobs.configure_task(name, queue=queue).defer(**arguments)


def subscriber(
    event: type[Happened],
) -> Callable[[Callable[[list[Happened]], None]], Callable[[list[Happened]], None]]:
    """Declare a function of a `jobs.py` that is told of each `event` at least once, in batches."""

    def declare(function: Callable[[list[Happened]], None]) -> Callable[[list[Happened]], None]:
        context = function.__module__.split(".")[-2]
        name = f"{context}.{function.__name__}"

        def run(events: list[dict[str, Any]]) -> None:
            function([event.model_validate(found) for found in events])

        job(name)(run)
        _subscribers[event].append(name)
        return function

    return declare


def announce(*events: Event) -> None:
    """Tell the subscribers of `events`, when the open transaction of the Django connection commits.

    Raises NotInTransaction without one. Costs nothing for events that nobody subscribes to.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction
    for task, arguments in _deliveries(events):
        jobs.configure_task(task).defer(**arguments)


async def announce_on(till_connection: asyncpg.Connection, *events: Event) -> None:
    """The same on the till path: in the open transaction of an asyncpg connection, in one call."""
    if not till_connection.is_in_transaction():
        raise NotInTransaction
    deliveries = _deliveries(events)
    if deliveries:
        tasks = [task for task, _ in deliveries]
        arguments = [json.dumps(found) for _, found in deliveries]
        await till_connection.execute(_DEFER, tasks, arguments)


def run_worker(
    *, queues: Sequence[str] = QUEUES_OF_BOOKS, wait: bool = True, patience_s: float = 20.0
) -> None:
    """Do jobs of `queues` until SIGINT or SIGTERM; with `wait=False` until none is left. Blocks.

    At the end the job at hand has `patience_s` seconds; then one that is told (`stoppable`) is to
    give up, and any other is waited for.
    """
    with jobs.replace_connector(_worker_connector()) as app:
        app.run_worker(
            queues=list(queues),
            wait=wait,
            shutdown_graceful_timeout=patience_s,
            install_signal_handlers=wait,
        )


def register(app: App) -> None:
    """Give the job system its own housekeeping; called once, when Django is ready."""
    jobs_again = app.task(name="kit.retry_stalled_jobs", pass_context=True, queue="builtin")
    app.periodic(cron="* * * * *")(jobs_again(_retry_stalled_jobs))
    tidy = app.task(name="kit.remove_old_jobs", pass_context=True, queue="builtin")
    app.periodic(cron="17 * * * *")(tidy(_remove_old_jobs))


def _worker_connector() -> BaseConnector:
    # Not known to procrastinate's types: Django's connector gives one fit for a worker.
    connector: Any = jobs.connector
    return connector.get_worker_connector()


def _deliveries(events: Sequence[Event]) -> list[tuple[str, dict[str, Any]]]:
    by_task: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        for task in _subscribers.get(type(event), ()):
            by_task[task].append(event.model_dump(mode="json"))
    return [
        (task, {"events": told[start : start + EVENTS_PER_JOB_MAX]})
        for task, told in by_task.items()
        for start in range(0, len(told), EVENTS_PER_JOB_MAX)
    ]


async def _retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Take up again what a killed worker had begun."""
    for stalled in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(stalled)


async def _remove_old_jobs(context: JobContext, timestamp: int) -> None:
    await context.app.job_manager.delete_old_jobs(nb_hours=_OLD_JOB_HOURS)
