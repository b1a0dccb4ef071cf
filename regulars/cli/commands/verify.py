"""`regulars verify`: prove the books."""

from dataclasses import replace
from typing import Any

import click

from regulars.cli.session import ExitCode, Session, pass_session
from regulars.contexts.economics.usecases.verify import list_close_differences
from regulars.contexts.till.usecases.verify import SHOWN_MAX, Verdict, verify_books, verify_steps
from regulars.core.ledger.audit import Difference
from regulars.kit.transactions import in_transaction


@click.command()
@pass_session
def verify(session: Session) -> None:
    """Recompute everything from the transactions and name each difference.

    Exit code 0: the books are right; 1: they are not.
    """
    with session.database(), session.progress("verify.progress", total=verify_steps()) as advance:
        verdict = _with_closes(verify_books(progress=advance))
    session.show(_data(verdict, session), _lines(verdict, session))
    if not verdict.books_are_right:
        session.finish(ExitCode.DIFFERENCES)


def _with_closes(verdict: Verdict) -> Verdict:
    """The books' verdict with what is wrong with the closed months."""
    found = in_transaction(lambda: tuple(list_close_differences()))
    room = max(0, SHOWN_MAX - len(verdict.differences))
    return replace(
        verdict,
        differences=verdict.differences + found[:room],
        difference_count=verdict.difference_count + len(found),
    )


def _lines(verdict: Verdict, session: Session) -> list[str]:
    counts = {
        "accounts": verdict.accounts,
        "transactions": verdict.transactions,
        "lots": verdict.lots,
        "sales": verdict.sales,
        "returns": verdict.returns,
    }
    if verdict.books_are_right:
        return [session.say("verify.right", **counts)]
    lines = [_sentence(difference, session) for difference in verdict.differences]
    hidden = verdict.difference_count - len(lines)
    if hidden:
        lines.append(session.say("verify.more", count=hidden))
    return [*lines, session.say("verify.wrong", differences=verdict.difference_count, **counts)]


def _sentence(difference: Difference, session: Session) -> str:
    text = session.say(difference.code, **dict(difference.params))
    return text if difference.member is None else f"{difference.member}: {text}"


def _data(verdict: Verdict, session: Session) -> dict[str, Any]:
    return {
        "books_are_right": verdict.books_are_right,
        "accounts": verdict.accounts,
        "transactions": verdict.transactions,
        "lots": verdict.lots,
        "sales": verdict.sales,
        "returns": verdict.returns,
        "difference_count": verdict.difference_count,
        "differences": [
            {
                "code": difference.code,
                "member": None if difference.member is None else str(difference.member),
                **dict(difference.params),
                "sentence": session.say(difference.code, **dict(difference.params)),
            }
            for difference in verdict.differences
        ],
    }


COMMAND = verify
