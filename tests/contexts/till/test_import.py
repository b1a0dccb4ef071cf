"""Past receipts go through the real engine in their order, and each row is accounted for once."""

from datetime import timedelta

import pytest
from past_shop import books_of, bring, outcome
from receipt_files import rows_in, write_csv
from till_shop import BOOKS, DOCUMENT, NOW, OPENED, open_shop

from regulars.contexts.members.types import IdentifierKind
from regulars.contexts.security.types import Actor
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.contexts.till.usecases.customers import find_customers
from regulars.contexts.till.usecases.imports import PastReceipts, import_receipts
from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.transactions import in_transaction

WITH_REFERENCE = "receipt;date;sku;quantity;price;customer;return of"


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        yield shop


@pytest.fixture
def file(tmp_path):
    def write(*lines, **more):
        return write_csv(tmp_path / "receipts.csv", *lines, **more)

    return write


def member(shop, name):
    found = in_transaction(lambda: find_customers([name], IdentifierKind.EXTERNAL, by=shop.by))
    return found.holders[name]


def points(shop, name, at=None):
    return shop.books(member(shop, name), at).balances["points"].active


def test_a_sale_earns_under_the_programme_of_its_time(shop, file):
    tally = bring(shop, file("1;2025-03-04 10:00;milk;2;100.00;anna"))
    assert [tuple(part) for part in tally.sums()] == [(1, 20000), (0, 0), (0, 0)]
    assert points(shop, "anna", NOW - timedelta(days=400)) == 20
    assert points(shop, "anna") == 0, "expired a year after the purchase, long ago"


def test_history_is_not_refused_as_late_but_the_future_is(shop, file):
    tally = bring(shop, file("1;2024-03-04;milk;1;100;anna", "2;2026-05-02;milk;1;100;anna"))
    assert outcome(tally) == {3: "receipt.from_future"}


def test_a_return_undoes_the_latest_sale_of_the_goods(shop, file):
    lines = (
        "1;2026-03-01;milk;5;10;anna",
        "2;2026-03-02;milk;5;10;anna",
        "3;2026-03-03;milk;1;10;anna",
        "4;2026-03-04;milk;-4;10;anna",
    )
    tally = bring(shop, file(*lines))
    assert [tuple(part) for part in tally.sums()] == [(3, 11000), (1, -4000), (0, 0)]
    assert books_of(shop)[3] == [("import", "import", "4", 4000, "2", '{"1":4000}')]
    assert points(shop, "anna") == 7
    assert verify_books().books_are_right


def test_a_return_may_be_covered_by_several_sales_each_with_a_return_of_its_own(shop, file):
    lines = (
        "1;2026-03-01;milk;6;10;anna",
        "2;2026-03-02;milk;4;10;anna",
        "C3;2026-03-04;milk;-10;10;anna",
    )
    tally = bring(shop, file(*lines))
    assert (tally.returns, tally.sums()[1].rows) == (1, 1)
    assert [(row[2], row[4]) for row in books_of(shop)[3]] == [("C3", "1"), ("C3~2", "2")]
    assert points(shop, "anna") == 0


def test_the_file_need_not_be_in_order(shop, file):
    lines = (
        "4;2026-03-04;milk;-4;10;anna",
        "2;2026-03-02;milk;5;10;anna",
        "1;2026-03-01;milk;5;10;anna",
    )
    assert outcome(bring(shop, file(*lines))) == {}
    assert points(shop, "anna") == 6


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("9;2026-03-04;milk;-6;10;anna", "return.not_enough_left"),
        ("9;2026-03-04;tea;-1;10;anna", "return.no_sale"),
        ("9;2026-02-04;milk;-1;10;anna", "return.no_sale"),
        ("9;2026-03-04;milk;-1;10;boris", "return.no_sale"),
        ("9;2026-03-04;milk;-1;11;anna", "return.dearer_than_sold"),
        ("9;2026-03-04;milk;-1;10;", "return.no_member"),
    ],
)
def test_what_cannot_be_matched_is_refused_and_never_guessed(shop, file, line, code):
    bring(shop, file("1;2026-03-01;milk;5;10;anna"))
    before = shop.rows(*BOOKS)
    tally = bring(shop, file("1;2026-03-01;milk;5;10;anna", line))
    assert outcome(tally) == {3: code}
    assert shop.rows(*BOOKS) == before


def test_of_a_return_the_goods_that_are_found_go_back_and_the_others_are_refused(shop, file):
    lines = (
        "1;2026-03-01;milk;5;10;anna",
        "C2;2026-03-02;milk;-2;10;anna",
        "C2;2026-03-02;tea;-1;10;anna",
    )
    for known in (False, True):
        tally = bring(shop, file(*lines))
        assert outcome(tally) == {4: "return.no_sale"}
        assert [part.rows for part in tally.sums()] == [1, 1, 1]
        assert (tally.sales_known, tally.returns_known) == (known, known)


def test_a_return_that_names_its_sale_finds_it_also_without_a_customer(shop, file):
    lines = (
        "1;2026-03-01;milk;5;10;;",
        "2;2026-03-01;milk;5;10;anna;",
        "3;2026-03-03;milk;-2;10;;1",
        "4;2026-03-03;milk;-2;10;;2",
        "5;2026-03-03;milk;-2;10;;7",
    )
    tally = bring(shop, file(*lines, heading=WITH_REFERENCE))
    assert outcome(tally) == {6: "return.no_sale"}
    assert [(row[2], row[4]) for row in books_of(shop)[3]] == [("3", "1"), ("4", "2")]
    assert points(shop, "anna") == 3


def test_a_sale_of_an_earlier_file_can_be_named_and_found(shop, file):
    bring(
        shop,
        file("1;2026-03-01;milk;5;10;;", "2;2026-03-01;tea;5;10;anna;", heading=WITH_REFERENCE),
    )
    lines = ("3;2026-03-03;milk;-2;10;;1", "4;2026-03-03;tea;-2;10;anna;")
    assert outcome(bring(shop, file(*lines, heading=WITH_REFERENCE))) == {}
    assert [(row[2], row[4]) for row in books_of(shop)[3]] == [("3", "1"), ("4", "2")]


def test_a_sale_at_another_till_is_found_where_only_one_has_the_number(shop, file):
    heading = f"{WITH_REFERENCE};till"
    lines = (
        "1;2026-03-01;milk;5;10;anna;;A",
        "2;2026-03-03;milk;-2;10;;1;B",
    )
    assert outcome(bring(shop, file(*lines, heading=heading))) == {}
    assert points(shop, "anna") == 3


def test_the_same_file_again_changes_nothing(shop, file):
    lines = (
        "1;2026-03-01;milk;6;10;anna",
        "2;2026-03-02;milk;4;10;anna",
        "2;2026-03-02;tea;4;10;",
        "C3;2026-03-04;milk;-10;10;anna",
        "5;2026-03-05;tea;1;10;",
        "6;2026-03-05;tea;0;10;anna",
    )
    first = bring(shop, file(*lines))
    before = shop.rows(*BOOKS, "members_member", "members_identifier")
    again = bring(shop, file(*lines))
    assert shop.rows(*BOOKS, "members_member", "members_identifier") == before
    assert again.sums() == first.sums()
    assert (again.sales_known, again.returns_known) == (first.sales, first.returns) == (3, 1)
    assert outcome(again) == outcome(first) == {7: "import.quantity_zero"}


def test_a_longer_file_adds_what_is_new(shop, file):
    lines = ["1;2026-03-01;milk;6;10;anna"]
    bring(shop, file(*lines))
    tally = bring(shop, file(*lines, "2;2026-03-02;milk;-1;10;anna"))
    assert (tally.sales_known, tally.returns, tally.returns_known) == (1, 1, 0)


def test_a_known_number_with_other_contents_is_refused_and_the_first_stands(shop, file):
    bring(shop, file("1;2026-03-01;milk;6;10;anna", "C2;2026-03-02;milk;-1;10;anna"))
    before = shop.rows(*BOOKS)
    tally = bring(shop, file("1;2026-03-01;milk;7;10;anna", "C2;2026-03-02;milk;-2;10;anna"))
    assert outcome(tally) == {2: "receipt.conflict", 3: "receipt.conflict"}
    assert shop.rows(*BOOKS) == before


def test_unknown_customers_buy_anonymously_unless_they_are_enrolled(shop, file):
    lines = ("1;2026-03-01;milk;6;10;anna", "2;2026-03-02;milk;-1;10;anna")
    tally = bring(shop, file(*lines), enrol=False)
    assert (tally.sales, tally.anonymous) == (1, 1)
    assert outcome(tally) == {3: "return.no_member"}
    assert shop.rows("members_member") == ((),)


def test_customers_become_members_as_of_their_first_receipt_also_by_a_return_alone(shop, file):
    lines = ("1;2026-03-01;milk;6;10;anna", "2;2026-03-02;milk;-1;10;boris")
    bring(shop, file(*lines))
    facts = list_period_facts([OPENED], NOW)[0]
    assert facts.attendance.members == 2
    assert shop.books(member(shop, "boris")).balances["points"].active == 0


def test_receipts_from_before_the_programme_are_refused(shop, file):
    tally = bring(shop, file("1;2019-03-01;milk;6;10;anna", "2;2026-03-01;milk;6;10;anna"))
    assert outcome(tally) == {2: "programme.none_in_force"}


def test_a_sale_older_than_returns_are_taken_is_not_returned_from(django_on_fresh_database, file):
    document = {**DOCUMENT, "returns": {"within": {"days": 14}}}
    lines = (
        "1;2026-03-01;milk;6;10;anna",
        "2;2026-03-10;milk;-1;10;anna",
        "3;2026-03-20;milk;-1;10;anna",
    )
    with open_shop(django_on_fresh_database, document) as shop:
        assert outcome(bring(shop, file(*lines))) == {4: "return.sale_too_old"}


def test_a_blocked_card_keeps_its_receipts_out(shop, file):
    anna = shop.enrol("anna")
    shop.tamper("UPDATE members_identifier SET status = 'blocked' WHERE member_id = %s", anna.id)
    tally = bring(shop, file("1;2026-03-01;milk;6;10;anna", "2;2026-03-01;milk;6;10;boris"))
    assert outcome(tally) == {2: "member.identifier_blocked"}


def test_a_blocked_member_keeps_their_receipts_out(shop, file):
    anna = shop.enrol("anna")
    shop.tamper("UPDATE members_member SET status = 'blocked' WHERE id = %s", anna.id)
    assert outcome(bring(shop, file("1;2026-03-01;milk;6;10;anna"))) == {2: "member.not_active"}


def test_a_trial_run_says_the_same_and_writes_nothing(shop, file):
    lines = (
        "1;2026-03-01;milk;6;10;anna",
        "2;2026-03-02;milk;4;10;anna",
        "C3;2026-03-04;milk;-10;10;anna",
        "C4;2026-03-04;milk;-1;10;anna",
    )
    shop.enrol("anna")
    before = shop.rows(*BOOKS)
    trial = bring(shop, file(*lines), dry_run=True)
    assert shop.rows(*BOOKS) == before
    real = bring(shop, file(*lines))
    assert trial.sums() == real.sums()
    assert outcome(trial) == outcome(real) == {5: "return.not_enough_left"}


def test_who_may_not_import_changes_nothing(shop, file):
    _, _, rows, slips = rows_in(file("1;2026-03-01;milk;6;10;anna"))
    nobody = Actor("staff", "nobody", None, frozenset())
    past = PastReceipts(rows, slips, {})
    with pytest.raises(PermissionMissing):
        shop.run(import_receipts(shop.desk, past, advance=lambda rows: None, by=nobody))
    assert shop.rows("till_sale") == ((),)


def test_progress_reaches_every_row_once(shop, file):
    told = []
    lines = (
        "1;2026-03-01;milk;6;10;anna",
        "C2;2026-03-02;milk;-1;10;anna",
        "C3;2026-03-02;tea;-1;10;anna",
        "4;2026-03-02;tea;0;10;anna",
        "1;2026-03-01;jam;6;10;anna",
    )
    for _ in range(2):
        told.clear()
        bring(shop, file(*lines), advance=told.append)
        assert sum(told) == 5


def test_a_members_tier_grows_receipt_by_receipt(shop, file):
    """Gold from 1000 roubles on gives 5 %: only receipts after the one that reached it have it."""
    lines = [f"{n};2026-03-{n:02d};milk;1;400;anna" for n in range(1, 6)]
    bring(shop, file(*lines))
    tiers = [(row[2], row[4], row[6]) for row in books_of(shop)[2]]
    assert tiers == [
        ("1", "base", 40000),
        ("2", "base", 40000),
        ("3", "base", 40000),
        ("4", "gold", 38000),
        ("5", "gold", 38000),
    ]
