"""Whoever is enrolled has the award for signing up, once, whatever fails in between."""

import pytest
from till_shop import BOOKS, DOCUMENT, NOW, OPENED, open_shop

from regulars.contexts.ledger.models import LedgerTransaction
from regulars.contexts.members.models import Member
from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind
from regulars.contexts.members.usecases.enrolment import IdentifierTaken
from regulars.contexts.till.usecases.enrolment import enrol_at_till, enrol_with_award
from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.transactions import in_transaction


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        yield shop


def enrolment(number="a"):
    return Enrolment((Identifier(IdentifierKind.EXTERNAL, number),))


def enrol(shop, number="a", now=NOW):
    return shop.run(enrol_at_till(shop.desk, enrolment(number), now=now, by=shop.by))


def test_signing_up_earns_at_once(shop):
    enrolled, award = enrol(shop)
    assert enrolled.is_new
    assert (award.member, award.version) == (enrolled.member, 1)
    assert award.balances["points"] == (0, 50, 0)
    assert shop.books(enrolled.member).balances["points"] == (0, 50, 0)
    assert [row.kind for row in LedgerTransaction.objects.all()] == ["event"]
    assert verify_books().books_are_right


def test_one_who_is_enrolled_already_gets_nothing_more(shop):
    enrol(shop)
    before = shop.rows(*BOOKS)
    with pytest.raises(IdentifierTaken):
        enrol(shop)
    assert shop.rows(*BOOKS) == before


def test_a_bonus_for_every_sign_up_is_still_given_once_a_member(make_shop_with):
    always = dict(
        DOCUMENT["earning"][2], params={"event": "sign_up", "points": 50, "once": "always"}
    )
    shop = make_shop_with({**DOCUMENT, "earning": [always]})
    enrol(shop)
    with pytest.raises(IdentifierTaken):
        enrol(shop)
    assert LedgerTransaction.objects.count() == 1


@pytest.fixture
def make_shop_with(django_on_fresh_database):
    opened = []

    def make(document):
        manager = open_shop(django_on_fresh_database, document)
        opened.append(manager)
        return manager.__enter__()

    yield make
    for manager in opened:
        manager.__exit__(None, None, None)


def test_a_failure_before_the_award_leaves_nobody_enrolled(shop, monkeypatch):
    def fail(*_, **__):
        raise OSError("the power went")

    where = "regulars.contexts.till.usecases.events.write_books"
    with monkeypatch.context() as patched:
        patched.setattr(where, fail)
        with pytest.raises(OSError, match="power"):
            enrol(shop)
    assert not Member.objects.exists()
    _, award = enrol(shop)
    assert award.balances["points"] == (0, 50, 0)
    assert LedgerTransaction.objects.count() == 1


def test_many_at_once_make_one_member_with_one_award(shop, at_once):
    def attempt():
        return in_transaction(lambda: enrol_with_award(enrolment(), now=NOW, by=shop.by))

    done = at_once([attempt] * 8)
    made = [one for one in done if not isinstance(one, Exception)]
    assert len(made) == 1
    assert all(isinstance(one, IdentifierTaken) for one in done if isinstance(one, Exception))
    assert Member.objects.count() == 1
    assert LedgerTransaction.objects.count() == 1


def test_before_any_programme_is_in_force_people_can_join_all_the_same(shop):
    enrolled, award = enrol(shop, now=OPENED.replace(year=2000))
    assert enrolled.is_new
    assert award is None
    assert not LedgerTransaction.objects.exists()


def test_where_signing_up_earns_nothing_nothing_is_booked(make_shop_with):
    shop = make_shop_with({**DOCUMENT, "earning": DOCUMENT["earning"][:1]})
    _, award = enrol(shop)
    assert (award.awards, award.balances) == ((), {})
    assert not LedgerTransaction.objects.exists()
    assert verify_books().books_are_right


def test_the_till_goes_on_from_the_award(shop):
    enrolled, _ = enrol(shop)
    sale = shop.sell(enrolled.member, 100, points=50)
    assert sale.balances["points"] == (0, 5, 0)
    assert verify_books().books_are_right
