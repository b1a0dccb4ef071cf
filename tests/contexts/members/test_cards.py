"""Ranges of card numbers: sound, apart from each other, sparse, impossible to guess."""

import pytest
from contexts.members.conftest import card

from regulars.contexts.members.identifying import CardNotOurs
from regulars.contexts.members.models import CardRange, IssuedCard
from regulars.contexts.members.queries import (
    is_card_to_give,
    list_card_batches,
    list_card_ranges,
)
from regulars.contexts.members.usecases.cards import (
    CardBatchNotFound,
    CardRangeInvalid,
    CardRangeNotFound,
    CardRangeOverlaps,
    CardRangeTooFull,
    create_card_range,
    issue_cards,
    print_batch,
)
from regulars.contexts.members.usecases.enrolment import IdentifierTaken
from regulars.contexts.members.usecases.identifiers import block_identifier, give_card
from regulars.contexts.members.usecases.membership import erase_member
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.identifiers import is_ean13, is_luhn, with_check_digit
from regulars.core.refusal import Refused

pytestmark = pytest.mark.django_db


def ean13(number):
    return with_check_digit(f"2990{number:08}", "ean13")


MAIN = {"prefix": "2990", "length": 13, "checksum": "ean13"}


def test_numbers_are_right_different_and_in_no_order(now, marketer):
    create_card_range("main", **MAIN, now=now, by=marketer)
    create_card_range("bank", prefix="9643", length=16, checksum="luhn", now=now, by=marketer)
    create_card_range("plain", prefix="7", length=9, checksum="none", now=now, by=marketer)
    batch = issue_cards("main", 500, now=now, by=marketer)
    assert all(is_ean13(number) and number.startswith("2990") for number in batch.numbers)
    assert len(set(batch.numbers)) == 500
    assert list(batch.numbers) != sorted(batch.numbers)
    assert "2990" not in repr(batch)
    assert all(map(is_luhn, issue_cards("bank", 50, now=now, by=marketer).numbers))
    assert all(
        len(number) == 9 for number in issue_cards("plain", 50, now=now, by=marketer).numbers
    )
    again = issue_cards("main", 500, now=now, by=marketer)
    assert (batch.batch, again.batch) == (1, 2)
    assert not set(again.numbers) & set(batch.numbers)
    shown = {one.code: one for one in list_card_ranges(by=marketer)}
    assert (shown["main"].issued, shown["main"].capacity, shown["main"].next_batch) == (
        *(1000, 10**8, 3),
    )


def test_a_number_is_hard_to_make_up(now, marketer):
    create_card_range("small", prefix="299000", length=12, checksum="none", now=now, by=marketer)
    issue_cards("small", 9_990, now=now, by=marketer)
    with pytest.raises(CardRangeTooFull) as refusal:
        issue_cards("small", 11, now=now, by=marketer)
    assert refusal.value.params == {"left": 10}
    assert IssuedCard.objects.count() == 9_990
    issue_cards("small", 10, now=now, by=marketer)
    # A tenth of a percent would do for a card; one in a hundred is what we allow.
    assert IssuedCard.objects.count() * 100 == 10**6


def test_a_number_that_somebody_has_is_not_drawn(now, marketer, enrol, monkeypatch):
    taken = "2990000000017"
    create_card_range("old", prefix="2990", length=13, checksum="none", now=now, by=marketer)
    CardRange.objects.update(issued_only=False)
    enrol(card(taken))
    draws = iter([int(taken[4:]), 5, 5, 6])
    monkeypatch.setattr(
        "regulars.contexts.members.usecases.cards.secrets.randbelow", lambda _: next(draws)
    )
    batch = issue_cards("old", 2, now=now, by=marketer)
    assert sorted(batch.numbers) == ["2990000000005", "2990000000006"]


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"code": "Главный"}, "/code"),
        ({"prefix": ""}, "/prefix"),
        ({"prefix": "29a"}, "/prefix"),
        ({"prefix": "29900000"}, "/prefix"),
        ({"length": 12}, "/length"),
        ({"checksum": "luhn"}, "/length"),
        ({"checksum": "mod97"}, "/checksum"),
        ({"checksum": "luhn", "length": 20}, "/length"),
        ({"checksum": "none", "length": 20}, "/length"),
        ({"form": "paper"}, "/form"),
    ],
)
def test_a_range_that_contradicts_itself_is_refused(parts, pointer, now, marketer):
    with pytest.raises(CardRangeInvalid) as refusal:
        create_card_range(**({"code": "main"} | MAIN | parts), now=now, by=marketer)
    assert refusal.value.pointer == pointer
    assert not CardRange.objects.exists()


@pytest.mark.parametrize("prefix", ["2990", "29901", "299", "2"])
def test_ranges_do_not_overlap(prefix, now, marketer):
    create_card_range("main", **MAIN, now=now, by=marketer)
    with pytest.raises(CardRangeOverlaps):
        create_card_range("other", **MAIN | {"prefix": prefix}, now=now, by=marketer)
    with pytest.raises(CardRangeOverlaps):
        create_card_range("main", **MAIN | {"prefix": "21"}, now=now, by=marketer)
    create_card_range("other", **MAIN | {"prefix": "2991"}, now=now, by=marketer)


@pytest.mark.parametrize(
    ("prefix", "warnings"),
    [
        ("2990", ("card_range.warn_weighed_goods",)),
        ("0201", ("card_range.warn_weighed_goods",)),
        ("0401", ()),
        ("4601", ("card_range.warn_public_numbers",)),
    ],
)
def test_a_range_that_tills_may_misread_is_warned_of(prefix, warnings, now, marketer):
    _, found = create_card_range("main", **MAIN | {"prefix": prefix}, now=now, by=marketer)
    assert found == warnings


def test_only_numbers_of_ours_that_were_issued_can_be_enrolled(now, marketer, enrol):
    create_card_range("main", **MAIN, now=now, by=marketer)
    number = issue_cards("main", 1, now=now, by=marketer).numbers[0]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    made_up = next(n for n in map(ean13, range(5)) if n != number)
    for bad in (wrong, made_up):
        with pytest.raises(Refused) as refusal:
            enrol(card(bad))
        assert refusal.value.code == "identifier.card_not_ours"
    assert enrol(card(number))
    assert enrol(card("2991000000014"))
    CardRange.objects.update(issued_only=False)
    assert enrol(card(made_up))
    with pytest.raises(Refused):
        enrol(card(wrong))


@pytest.mark.parametrize("count", [0, -1, 100_001])
def test_a_batch_has_a_size(count, now, marketer):
    create_card_range("main", **MAIN, now=now, by=marketer)
    with pytest.raises(CardRangeInvalid):
        issue_cards("main", count, now=now, by=marketer)


def test_cards_are_issued_by_who_may(now, person, marketer):
    create_card_range("main", **MAIN, now=now, by=marketer)
    for role in (Role.CASHIER, Role.SUPPORT, Role.INTEGRATOR):
        with pytest.raises(PermissionMissing):
            issue_cards("main", 1, now=now, by=person(1, role))
        with pytest.raises(PermissionMissing):
            create_card_range("x", **MAIN | {"prefix": "21"}, now=now, by=person(1, role))
        with pytest.raises(PermissionMissing):
            list_card_ranges(by=person(1, role))
    with pytest.raises(CardRangeNotFound):
        issue_cards("none", 1, now=now, by=marketer)
    assert not IssuedCard.objects.exists()


def test_a_batch_is_printed_in_one_order_and_every_time_is_counted(now, marketer, person):
    create_card_range("main", **MAIN, now=now, by=marketer)
    drawn = issue_cards("main", 50, now=now, by=marketer)
    first = print_batch("main", 1, now=now, by=marketer)
    second = print_batch("main", 1, now=now, by=marketer)
    assert set(first.numbers) == set(drawn.numbers)
    assert first.numbers == second.numbers
    assert list(first.numbers) != sorted(first.numbers)
    assert (first.printings, second.printings) == (1, 2)
    assert first.numbers[0] not in repr(first)
    with pytest.raises(CardBatchNotFound):
        print_batch("main", 2, now=now, by=marketer)
    with pytest.raises(PermissionMissing):
        print_batch("main", 1, now=now, by=person(31, Role.CASHIER))


def test_a_batch_tells_what_became_of_its_cards(now, marketer, system, enrol, support):
    create_card_range("main", **MAIN, now=now, by=marketer)
    used, lost, gone, *_ = issue_cards("main", 5, now=now, by=marketer).numbers
    anna, boris, erased = enrol(card(used)), enrol(card(lost)), enrol(card(gone))
    block_identifier(boris, card(lost), now=now, by=support)
    erase_member(erased, "asked for", now=now, by=system)
    issue_cards("main", 7, now=now, by=marketer)
    newest, oldest = list_card_batches("main", by=marketer)
    assert (newest.batch, newest.count, newest.waiting) == (2, 7, 7)
    assert (oldest.active, oldest.lost, oldest.retired, oldest.waiting) == (1, 1, 1, 2)
    assert gone not in print_batch("main", 1, now=now, by=marketer).numbers
    assert list_card_batches("main", batch=2, by=marketer) == (newest,)
    assert anna


def test_a_cashier_hands_out_what_is_ours_and_nobodys(now, marketer, enrol, person):
    create_card_range("main", **MAIN, now=now, by=marketer)
    number, other = issue_cards("main", 2, now=now, by=marketer).numbers
    cashier, anna, boris = person(32, Role.CASHIER), enrol(), enrol()
    assert is_card_to_give(number, by=cashier)
    give_card(anna, number, now=now, by=cashier)
    give_card(anna, number, now=now, by=cashier)
    assert not is_card_to_give(number, by=cashier)
    with pytest.raises(IdentifierTaken):
        give_card(boris, number, now=now, by=cashier)
    with pytest.raises(CardNotOurs):
        give_card(boris, "5000000000", now=now, by=cashier)
    with pytest.raises(PermissionMissing):
        give_card(boris, other, now=now, by=person(33, Role.AUDITOR))
