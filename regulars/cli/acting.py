"""Who acts when a command changes something: the person named by `--by`, else the only owner."""

from collections.abc import Callable
from typing import Any

import click

from regulars.cli.session import Session
from regulars.contexts.security.queries import find_only_owner, find_staff_actor
from regulars.contexts.security.types import Actor
from regulars.contexts.security.usecases.staff import create_first_administrator
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


class ActingUnknown(Refused):
    """Nobody active has the address given by --by."""

    code = "cli.acting_unknown"


class ActingNotNamed(Refused):
    """There is not exactly one owner, so the command must say who acts."""

    code = "cli.acting_not_named"


def by_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--by EMAIL` to a command."""
    return click.option(
        "--by", "email", metavar="EMAIL", help="The person acting (else the only owner)."
    )(command)


def acting_person(session: Session, email: str | None) -> Actor:
    """The person acting; to be called with the database open.

    On an installation without any account the first owner is made, as `regulars up` does, and the
    password shown once on stderr. Raises ActingUnknown, ActingNotNamed.
    """
    if email is not None:
        named = find_staff_actor(email)
        if named is None:
            raise ActingUnknown
        return named
    in_transaction(lambda: _make_first_owner(session))
    only = find_only_owner()
    if only is None:
        raise ActingNotNamed
    return only


def _make_first_owner(session: Session) -> None:
    if find_only_owner() is not None:
        return
    made = create_first_administrator(language=session.language, now=utc_now())
    if made is not None:
        session.tell("up.administrator", email=made.email, password=made.password)
