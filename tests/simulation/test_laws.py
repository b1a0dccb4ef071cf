"""Laws of a replay: nothing hangs on the order of customers or on who works; sums tie; more is never lost."""

import json
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_receipts import file_of, rows_of

from regulars.core.economics.behaviour import Behaviour, Response, read_behaviour, read_response
from regulars.core.economics.replayed import FLOW, GROSS, MEMBERS, PAID, joined
from regulars.core.programme.check import parse_programme
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import load
from regulars.studies.simulation import (
    Options,
    ReceiptsFile,
    candidates_of,
    prepared_file,
    replay_candidates,
    simulate,
)
from regulars.studies.work import unheard

NOW = datetime(2026, 5, 1, tzinfo=UTC)
GROCERY = parse_programme(load_yaml(load("grocery")))
VIP = parse_programme(load_yaml(load("vip_club")))


def replayed(path, *, part_rows=10_000, documents=(GROCERY,), **options):
    asked = Options(**options)
    file = ReceiptsFile(path, named=("reference=of",))
    with prepared_file(file, documents[0], unheard, part_rows=part_rows) as prepared:
        return replay_candidates(candidates_of(documents, "en"), prepared, asked, unheard, now=NOW)


def compared(path, documents=(GROCERY,), part_rows=10_000, **options):
    file = ReceiptsFile(path, named=("reference=of",))
    with prepared_file(file, documents[0], unheard, part_rows=part_rows) as prepared:
        return simulate(
            candidates_of(documents, "en"), prepared, Options(**options), unheard, now=NOW
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("laws")


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), part_rows=st.sampled_from([9, 40]))
def test_how_receipts_are_laid_out_changes_nothing(folder, seed, part_rows):
    path = file_of(folder, rows_of(seed))
    (whole,), (parts,) = replayed(path), replayed(path, part_rows=part_rows)
    assert parts.canonical == whole.canonical


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_customers_in_the_file_changes_nothing(folder, seed):
    receipts = rows_of(seed)
    (before,) = replayed(file_of(folder, receipts))
    by_customer = sorted(receipts, key=lambda lines: lines[0].split(";")[5])
    (after,) = replayed(file_of(folder, by_customer))
    assert after.canonical == before.canonical


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), order=st.randoms(use_true_random=False))
def test_parts_join_in_any_order_and_any_grouping(folder, seed, order):
    receipts = rows_of(seed)
    names = sorted({lines[0].split(";")[5] for lines in receipts})
    found = [
        replayed(file_of(folder, mine))[0]
        for name in names
        if (mine := [lines for lines in receipts if lines[0].split(";")[5] == name
                     and not lines[0].startswith("R")])
    ]  # fmt: skip
    whole = joined(found).canonical
    order.shuffle(found)
    cut = order.randrange(1, len(found))
    assert joined([joined(found[cut:]), joined(found[:cut])]).canonical == whole


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10**6), how=st.sampled_from(["never", "at-once", "from:50", "share:0.4"])
)
def test_sums_tie(folder, seed, how):
    behaviour = read_behaviour(how, money_scale=2)
    (found,) = replayed(file_of(folder, rows_of(seed)), behaviour=behaviour)
    flows = {}
    for key, amount in found.counts.items():
        if key[0] == FLOW:
            flows.setdefault(key[1], [0] * 7)[key[4]] += amount
    for place, currency in enumerate(found.currencies):
        granted, revived, redeemed, expired, adjusted, moved, sold = flows.get(currency, [0] * 7)
        columns = [int(found.members[:, 8 + 4 * place + i].sum()) for i in range(4)]
        assert columns == [granted, redeemed - revived, expired, columns[3]]
        assert columns[3] == granted + revived + adjusted + moved + sold - redeemed - expired
    for which, column in ((GROSS, 3), (PAID, 6)):
        told = sum(n for k, n in found.counts.items() if k[0] == MEMBERS and k[2] == which)
        assert told == int(found.members[:, column].sum())
    if how == "never":
        assert not any(key[0] == FLOW and key[4] in (1, 2) for key in found.counts)


def test_any_number_of_workers_finds_the_same(folder):
    path = file_of(folder, rows_of(5, customers=30, receipts=200))
    options = {"behaviour": Behaviour("share", share=Fraction(1, 3)), "seed": 7, "part_rows": 40}
    alone = compared(path, (GROCERY, VIP), workers=1, **options)
    together = compared(path, (GROCERY, VIP), workers=3, **options)
    assert together.as_json() == alone.as_json()
    assert json.dumps(alone.as_json())


def test_everybody_is_in_one_decile_and_one_segment(folder):
    found = compared(file_of(folder, rows_of(9, customers=35, receipts=200)), (GROCERY, VIP))
    for one in found.outcomes:
        for groups in (one.deciles, one.segments):
            assert sum(group.figures.members for group in groups) == one.totals.members
            assert sum(group.figures.gross_minor for group in groups) == one.totals.gross_minor
        assert len(one.deciles) == 10
        for histogram in one.rewards:
            assert sum(count for _, count in histogram) == one.totals.members
        versus = one.versus_none
        assert versus.winners + versus.same == one.totals.members
        assert sum(figures.receipts for figures in one.months.values()) == one.totals.receipts
        last = one.months[max(one.months)]
        assert last.outstanding_minor == one.totals.outstanding_minor
    first, second = found.outcomes
    assert first.versus_first is None
    versus = second.versus_first
    assert versus.won_minor - versus.lost_minor == sum(
        sign * sum(g.figures.reward_minor for g in one.deciles)
        for sign, one in ((-1, first), (1, second))
    )


def test_everybody_who_bought_holds_a_tier_at_the_end(folder):
    found = compared(file_of(folder, rows_of(3, customers=25, receipts=150)), (VIP,))
    (one,) = found.outcomes
    assert sum(one.tiers[max(one.tiers)].values()) == one.totals.members
    months = sorted(one.tiers)
    assert [sum(one.tiers[m].values()) for m in months] == sorted(
        sum(one.tiers[m].values()) for m in months
    )


def test_a_larger_sample_has_everybody_of_a_smaller_one(folder):
    path = file_of(folder, rows_of(11, customers=60, receipts=300))
    keys = [
        set(replayed(path, sample=Fraction(share, 10))[0].members[:, 0].tolist())
        for share in (2, 5, 10)
    ]
    assert keys[0] < keys[1] < keys[2]


def test_no_response_is_the_receipts_as_they_are_and_a_range_has_its_ends(folder):
    path = file_of(folder, rows_of(21, customers=20, receipts=150))
    none = compared(path).outcomes[0].totals
    response = read_response("frequency=0/0.2/0.5,check=0/0.1/0.2")
    found = compared(path, response=response)
    likely, ends = found.outcomes[0].totals, found.ends["grocery"]
    assert ends.low.totals == none
    assert none.receipts < likely.receipts < ends.high.totals.receipts
    assert none.gross_minor < likely.gross_minor < ends.high.totals.gross_minor
    dearer = compared(path, response=read_response("check=0.1")).outcomes[0].totals
    assert dearer.receipts == none.receipts
    assert abs(dearer.gross_minor - Fraction(11, 10) * none.gross_minor) < 500


def test_a_response_is_none_by_default_and_says_so(folder):
    found = compared(file_of(folder, rows_of(1)))
    assert found.response == Response()
    assert "simulation.response_none" in {told.code for told in found.assumptions}
