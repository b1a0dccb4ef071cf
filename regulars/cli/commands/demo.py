"""`regulars demo`: a small chain with a year behind it, served and ready to be tried."""

import json
import os
import shlex
from datetime import datetime, timedelta
from typing import Any

import click
from django.conf import settings

from regulars.cli.commands.up import COMMAND as UP
from regulars.cli.demo_chain import Built, build_chain, find_regular
from regulars.cli.demo_setting import (
    CASHIER,
    PIN,
    SYSTEM,
    Plan,
    begin,
    find_plan,
    finish,
    let_cashier_work,
    let_people_in,
)
from regulars.cli.session import Session, pass_session
from regulars.contexts.members.queries import list_members
from regulars.contexts.members.types import EVERYONE
from regulars.contexts.security.types import Plane, Scope
from regulars.contexts.security.usecases.keys import issue_api_key, revoke_till_keys
from regulars.contexts.security.usecases.staff import create_first_administrator
from regulars.contexts.till.queries.places import has_sales, list_stores
from regulars.core.demo.goods import GOODS, Good
from regulars.core.demo.people import Person
from regulars.core.demo.year import STORES
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.dsn import Dsn
from regulars.kit.transactions import in_transaction

DAYS = 365
SEED = 7
_TILL = "till-1"
_SCOPES = (Scope.TILL_SALES, Scope.TILL_RETURNS, Scope.TILL_ENROL, Scope.TILL_STATEMENTS)


class FolderInUse(Refused):
    """There are stores or sales in this folder already, and not the demo's."""

    code = "demo.folder_in_use"


@click.command()
@click.option("--members", default=3000, show_default=True, type=click.IntRange(10, 100_000))
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3 * DAYS))
@click.option("--seed", default=SEED, show_default=True, type=int)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--build-only", is_flag=True, help="Fill the database and end.")
@click.pass_context
@pass_session
def demo(
    session: Session,
    context: click.Context,
    members: int,
    days: int,
    seed: int,
    host: str,
    port: int,
    build_only: bool,
) -> None:
    """Fill an empty folder with a chain of three shops, then serve it until Ctrl-C.

    Without --data it has a folder of its own beside the ordinary one. Started again, it goes on
    with what is there: also with a chain that was interrupted while it was built.
    """
    _use_own_folder(session)
    now = utc_now()
    since = (now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    with session.database() as held:
        plan, owner = _built(session, Plan(members, since, now, seed), held.access.app)
        regular = in_transaction(lambda: find_regular(plan))
        token = in_transaction(lambda: _issue_key(utc_now()))
        # The first start has shown the owner's password: it stays good until the next one.
        people = owner | in_transaction(lambda: let_people_in(utc_now(), owner=not owner))
        in_transaction(lambda: let_cashier_work(utc_now()))
    _show_lines(session, f"http://{host}:{port}", token, regular.card, utc_now())
    _show_people(session, f"http://localhost:{port}", people)
    _show_counter(session, f"http://localhost:{port}", token, regular)
    if not build_only:
        # Nobody real is in the demo's books: everybody may see its figures.
        os.environ["REGULARS_OPEN_FIGURES"] = "1"
        # Whoever tries it out signs in by password alone, and reads its letters in a folder.
        os.environ.setdefault("REGULARS_SECOND_FACTOR", "offered")
        os.environ.setdefault("REGULARS_DEMO_LETTERS", str(session.home.root / "letters"))
        context.invoke(UP, host=host, port=port, workers=1)


COMMAND = demo


def _use_own_folder(session: Session) -> None:
    """Keep the demo apart from a real installation unless a folder was named."""
    if "REGULARS_HOME" not in os.environ:
        usual = session.home.root
        session.use_home(usual.with_name(usual.name + "-demo"))


def _built(session: Session, wanted: Plan, app: Dsn) -> tuple[Plan, dict[str, str]]:
    """The plan of the chain that is in the books, once it is there, and the owner if made just now.

    The owner is told by address and password. Raises FolderInUse.
    """
    found = in_transaction(find_plan)
    owner: dict[str, str] = {}
    if found is None:
        owner = in_transaction(lambda: _begin(session, wanted))
        plan, ready = wanted, False
    else:
        plan, ready = found
    if ready:
        return plan, owner
    if found is not None:
        session.tell("demo.resumed", members=plan.members)
    total = (plan.now.date() - plan.since.date()).days + 1
    with session.progress("demo.progress", total=total) as advance:
        built = build_chain(plan, app, settings.SECRET_KEY.encode(), advance)
    in_transaction(lambda: finish(plan, now=utc_now()))
    _show_built(session, built)
    return plan, owner


def _begin(session: Session, plan: Plan) -> dict[str, str]:
    """Remember the plan; the owner's address and password, where there was none."""
    members = list_members(limit=1, within=EVERYONE)
    if has_sales() or list_stores(limit=1) or members.items:
        raise FolderInUse(folder=str(session.home.root))
    begin(plan)
    made = create_first_administrator(language=session.language, now=utc_now())
    if made is None:
        return {}
    account = {"email": made.email, "password": made.password}
    says = session.say("up.administrator", **account)
    session.show({"administrator": account}, says, stream=True)
    return {made.email: made.password} if made.password else {}


def _issue_key(now: datetime) -> str:
    """A new key for the demo's till; those of earlier starts end."""
    revoke_till_keys(STORES[0], _TILL, now=now, by=SYSTEM)
    issued = issue_api_key(
        name="demo",
        plane=Plane.TILL,
        scopes=_SCOPES,
        store=STORES[0],
        till=_TILL,
        now=now,
        by=SYSTEM,
    )
    return issued.token


def _show_built(session: Session, built: Built) -> None:
    counts = {
        "members": built.members,
        "sales": built.sales,
        "returns": built.returns,
        "rewards": built.rewards,
        "cancelled": built.cancelled,
    }
    session.show({"built": counts}, session.say("demo.built", **counts), stream=True)


def _show_lines(session: Session, url: str, token: str, card: str, now: datetime) -> None:
    lines = _curl_lines(url, token, card, now)
    shown = [session.say("demo.open", url=f"{url}/"), "", session.say("demo.try"), ""]
    for title, line in zip(("quote", "commit", "return"), lines, strict=True):
        shown += [f"# {session.say('demo.' + title)}", line, ""]
    session.show({"open": f"{url}/", "curl": lines}, shown, stream=True)


def _show_people(session: Session, url: str, people: dict[str, str]) -> None:
    """Who can sign in to the console until the next start, and by which password."""
    shown = [session.say("demo.people", url=f"{url}/console/")]
    shown += [f"  {email}  {password}" for email, password in people.items()]
    session.show({"people": people}, shown, stream=True)


def _show_counter(session: Session, url: str, token: str, regular: Person) -> None:
    """Where and as whom one sells, and buys."""
    till = {"url": f"{url}/till/", "key": token, "cashier": CASHIER, "pin": PIN}
    shown = [
        session.say("demo.till", **till),
        session.say("demo.members", app=f"{url}/app/", letters=f"{url}/demo/letters/"),
        session.say("demo.member", phone=regular.phone, card=regular.card),
        "",
    ]
    member = {"phone": regular.phone, "card": regular.card}
    session.show({"till": till, "member": member}, shown, stream=True)


def _curl_lines(url: str, token: str, card: str, now: datetime) -> list[str]:
    """Quote, commit and return of one receipt, to be pasted into a shell as they are."""
    number = f"demo-{now:%Y%m%d-%H%M%S}"
    milk = next(good for good in GOODS if good.category[-1] == "milk")
    fruit = next(good for good in GOODS if good.category[-1] == "fruit")
    receipt: dict[str, Any] = {
        "member": {"card": card},
        "occurred_at": now.isoformat(timespec="seconds"),
        "lines": [_line(milk), {**_line(fruit), "quantity": "1.137"}],
    }
    commit = {**receipt, "pay": {"points": "max"}}
    back = {
        "sale": {"receipt_id": number},
        "occurred_at": now.isoformat(timespec="seconds"),
        "lines": [{"id": "1", "quantity": 1}],
    }
    return [
        _curl(url, token, "POST", "/till/v1/quotes", receipt),
        _curl(url, token, "PUT", f"/till/v1/receipts/{number}", commit, f"sale-{number}"),
        _curl(url, token, "PUT", f"/till/v1/returns/R-{number}", back, f"return-{number}"),
    ]


def _line(good: Good) -> dict[str, Any]:
    return {
        "sku": good.sku,
        "name": good.name,
        "category": list(good.category),
        "price_minor": good.price_minor,
    }


def _curl(url: str, token: str, method: str, path: str, body: object, key: str = "") -> str:
    words = ["curl", "-sS", "-X", method, url + path, "-H", f"Authorization: Bearer {token}"]
    words += ["-H", "Content-Type: application/json"]
    if key:
        words += ["-H", f"Idempotency-Key: {key}"]
    words += ["-d", json.dumps(body, ensure_ascii=False, separators=(",", ":"))]
    return " ".join(shlex.quote(word) for word in words)
