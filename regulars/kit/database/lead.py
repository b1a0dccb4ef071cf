"""Lead this process, and those it starts, to a database that has just been made available."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from regulars.kit.database.attach import APP_VARIABLE, OWNER_VARIABLE, publish
from regulars.kit.dsn import Access

_ALIASES = ("default", "owner")
_VARIABLES = (OWNER_VARIABLE, APP_VARIABLE)


@contextmanager
def django_on(access: Access) -> Iterator[None]:
    """For the length of the block, Django's connections of every thread go to `access`.

    The environment says so too, for child processes. Connections open before are closed, those made
    meanwhile in this thread are closed at the end.
    """
    settings = {alias: dict(connections.settings[alias]) for alias in _ALIASES}
    told = {name: os.environ.get(name) for name in _VARIABLES}
    connections.close_all()
    publish(access)
    for alias, dsn in (("default", access.app), ("owner", access.owner)):
        connections.settings[alias].update(dsn.django())
    try:
        yield
    finally:
        connections.close_all()
        for alias, before in settings.items():
            connections.settings[alias].update(before)
        for name, value in told.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
