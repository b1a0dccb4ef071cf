"""`regulars rewards` and `regulars referral`: shown, changed, named, settled."""

import json
from datetime import timedelta

import pytest
from cli.test_coupons import DOCUMENT as SHOP

from regulars.cli import main
from regulars.cli.session import ExitCode
from regulars.contexts.ledger.usecases.points import adjust_points
from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.programme.usecases import approve_version, draft_version, publish_version
from regulars.contexts.rewards.types import RewardTerms
from regulars.contexts.rewards.usecases.catalogue import create_reward
from regulars.contexts.rewards.usecases.orders import redeem_reward
from regulars.contexts.security.queries import find_staff_actor
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.staff import create_staff
from regulars.kit.clock import utc_now
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

DOCUMENT = {
    **SHOP,
    "referral": {
        "friend": {"currency": "points", "points": 5},
        "earned_by": "joining",
        "link": "https://shop.example/{code}",
    },
}


@pytest.fixture(autouse=True)
def shop(django_on_fresh_database, monkeypatch, settings):
    """A programme in force, an owner, two members with points, and a mug."""

    def work():
        now = utc_now()
        for name in ("owner", "second"):
            create_staff(
                email=f"{name}@shop.example",
                name=name,
                role=Role.OWNER,
                language="en",
                password="a-long-passphrase-of-tests",
                now=now,
                by=system_actor("tests"),
            )
        owner, second = (find_staff_actor(f"{n}@shop.example") for n in ("owner", "second"))
        number = draft_version(DOCUMENT, now=now, by=owner).number
        approve_version(number, now=now, by=second)
        since = now - timedelta(days=30)
        publish_version(number, since, backdated=True, has_sales=False, now=now, by=owner)
        members = [
            enrol_member(
                Enrolment(
                    (Identifier(IdentifierKind.EXTERNAL, name),),
                    enrolled_at=now - timedelta(days=days),
                ),
                now=now,
                by=owner,
            ).member
            for name, days in (("anna", 9), ("boris", 1))
        ]
        adjust_points(
            members[0],
            programme=compiled_at(now),
            currency="points",
            amount=100,
            source=new_id(now=now),
            reason_text="test",
            now=now,
            by=owner,
        )
        mug = RewardTerms({"en": "Mug", "ru": "Кружка"}, "points", 40)
        create_reward("mug", mug, stock=5, now=now, by=owner)
        return members, owner

    return in_transaction(work)


@pytest.fixture
def run(capsys, django_on_fresh_database, monkeypatch):
    monkeypatch.setattr("regulars.cli.session.published", lambda: django_on_fresh_database)

    def act(*words):
        code = main.run([*words, "--json"])
        told = capsys.readouterr()
        assert code in (ExitCode.OK, ExitCode.REFUSED, ExitCode.USAGE), told
        return code, json.loads(told.out) if told.out else told.err

    return act


BY = ("--by", "owner@shop.example")


def test_the_catalogue_is_shown_launched_stocked_and_ended(run, shop):
    (anna, _), owner = shop
    code, shown = run("rewards", "list")
    assert (code, shown[0]["status"], shown[0]["stock"]) == (ExitCode.OK, "draft", 5)
    assert run("rewards", "launch", "mug", *BY)[1]["status"] == "live"
    _, moves = run("rewards", "stock", "mug", "--add", "3", *BY)
    assert [move["change"] for move in moves] == [3, 5]
    assert run("rewards", "stock", "mug", "--add", "3", "--set", "1", *BY)[0] == ExitCode.USAGE
    order = in_transaction(
        lambda: redeem_reward(anna, "mug", request_key="k", now=utc_now(), by=owner)
    )
    _, orders = run("rewards", "orders", "--status", "issued")
    assert [row["id"] for row in orders] == [str(order.id)]
    assert run("rewards", "orders", "--status", "cancelled")[1] == []
    assert run("rewards", "end", "mug", *BY)[1]["status"] == "ended"
    assert run("rewards", "end", "no-such", *BY)[0] == ExitCode.REFUSED
    assert "gift" in run("rewards", "kinds")[1]


def test_a_friend_is_named_and_both_are_told(run):
    card = run("referral", "code", "anna", *BY)[1]
    assert card["link"] == f"https://shop.example/{card['code']}"
    assert run("referral", "name", "boris", "23456789ABC", *BY)[0] == ExitCode.REFUSED
    code, named = run("referral", "name", "boris", card["code"].lower(), *BY)
    assert (code, named["status"]) == (ExitCode.OK, "rewarded")
    assert run("referral", "name", "anna", card["code"], *BY)[0] == ExitCode.REFUSED
    shown = run("referral", "show", "anna")[1]
    assert (shown["brought"], shown["friends"][0]["status"]) == (1, "rewarded")
    assert run("referral", "settle")[1] == {"looked_at": 0}
    renewed = run("referral", "code", "anna", "--renew", *BY)[1]
    assert renewed["code"] != card["code"]
    assert run("referral", "show", "nobody")[0] == ExitCode.REFUSED


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_person_reads_it_in_their_language(language, capsys, run):
    for words in (
        ["rewards", "list"],
        ["rewards", "kinds"],
        ["rewards", "stock", "mug"],
        ["rewards", "orders"],
        ["referral", "show", "anna"],
        ["referral", "settle"],
    ):
        assert main.run([*words, "--language", language]) == ExitCode.OK
        told = capsys.readouterr().out
        assert told.strip()
        assert "cli." not in told
