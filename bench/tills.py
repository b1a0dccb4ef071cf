"""Stores, tills and their keys for the benches that go over HTTP."""

from uuid import uuid4

from regulars.contexts.security.types import system_actor
from regulars.contexts.till.usecases.places import create_store, create_till, issue_till_key
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


def open_tills(count: int) -> list[str]:
    """A new store with `count` tills; their keys. Django has been led to the database."""
    return in_transaction(lambda: _open(count))


def _open(count: int) -> list[str]:
    now, by = utc_now(), system_actor("bench")
    store = f"b{uuid4().hex[:8]}"
    create_store(store, "Bench", now=now, by=by)
    keys = []
    for number in range(count):
        create_till(store, f"t{number}", "Till", now=now, by=by)
        keys.append(issue_till_key(store, f"t{number}", now=now, by=by).token)
    return keys
