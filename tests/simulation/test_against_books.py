"""A simulation against the books: of an import under the same programme, and of what our own tills did."""

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

import psycopg
import pyarrow.parquet
import pytest
from ledger_sums import in_ledger, in_replay, key_of, keyed, something
from past_shop import bring
from till_shop import DOCUMENT, open_shop, passing

from regulars.cli.demo_chain import build_chain
from regulars.cli.demo_setting import Plan
from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.ledger.usecases.points import adjust_points, return_points, spend_points
from regulars.contexts.ledger.usecases.transfers import transfer_points
from regulars.contexts.programme.queries import compiled_at
from regulars.core.calendar import moment_of
from regulars.core.economics.behaviour import Behaviour
from regulars.core.economics.replayed import ROW
from regulars.core.programme.check import parse_programme
from regulars.core.programme.document import to_mapping
from regulars.core.reasons import Reason
from regulars.kit.documents import load_yaml
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction
from regulars.programmes.catalogue import load
from regulars.studies.own_receipts import prepared_own
from regulars.studies.simulation import (
    Options,
    ReceiptsFile,
    candidates_of,
    prepared_file,
    replay_candidates,
)
from regulars.studies.work import unheard

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
RECORDED = Options(behaviour=Behaviour("recorded"))
NAMES = "SELECT value, member_id FROM members_identifier WHERE kind = 'external'"


def replayed_own(programme, options=RECORDED):
    """Our own books under the programme as it is, and the moment up to which the clock ran."""
    document = programme.document
    with prepared_own(document, "en", unheard) as prepared:
        candidates = candidates_of([document], "en")
        (found,) = replay_candidates(candidates, prepared, options, unheard, now=datetime.now(UTC))
        return found, moment_of(prepared.parts.last)


def gaps_of(found):
    return {key[1]: count for key, count in found.counts.items() if key[0] == "gap" and count}


def compare_with_import(shop, file, grocery, tally, workers=1):
    document = parse_programme(grocery, format="mapping")
    options = Options(behaviour=Behaviour("never"), workers=workers)
    with prepared_file(ReceiptsFile(file), document, unheard, part_rows=4_000) as prepared:
        (found,) = replay_candidates(
            candidates_of([document], "en"), prepared, options, unheard, now=shop.now
        )
        end = moment_of(prepared.parts.last)
    sold, returned, rejected = tally.sums()
    for state, told in (("sold", sold), ("returned", returned), ("rejected", rejected)):
        assert (found.counts.get((ROW, state, 0), 0), found.counts.get((ROW, state, 1), 0)) == told
    reasons = {code: tuple(told) for code, told in tally.reasons().items()}
    codes = {key[1] for key in found.counts if key[0] == "why"}
    assert reasons == {
        code: (found.counts["why", code, 0], found.counts["why", code, 1]) for code in codes
    }
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        names = {member: name for name, member in connection.execute(NAMES)}
    programme = in_transaction(lambda: compiled_at(shop.now))
    ledger = {
        (key_of(uuid5(NAMESPACE_OID, names[member])), currency): told
        for (member, currency), told in in_ledger(shop.access, programme, end).items()
    }
    assert something(in_replay(found)) == something(ledger)
    assert sum(told[0] for told in ledger.values()) > 0


def test_a_simulation_is_an_import_under_that_programme(
    django_on_fresh_database, shared_data, own_folder
):
    rows = pyarrow.parquet.read_table(shared_data / "online_retail.parquet").slice(0, 15_000)
    part = own_folder / "online_retail.parquet"
    pyarrow.parquet.write_table(rows, part)
    grocery = to_mapping(parse_programme(load_yaml(load("grocery")), format="mapping"))
    with open_shop(django_on_fresh_database, grocery) as shop:
        shop.publish(grocery, LONG_AGO)
        compare_with_import(shop, part, grocery, bring(shop, part))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_whole_of_online_retail_comes_to_the_same_simulated_and_imported(
    django_on_fresh_database, shared_data
):
    file = shared_data / "online_retail.parquet"
    grocery = to_mapping(parse_programme(load_yaml(load("grocery")), format="mapping"))
    with open_shop(django_on_fresh_database, grocery) as shop:
        shop.publish(grocery, LONG_AGO)
        compare_with_import(shop, file, grocery, bring(shop, file), workers=2)
        programme = in_transaction(lambda: compiled_at(shop.now))
        found, end = replayed_own(programme)
        assert not gaps_of(found)
        assert something(in_replay(found)) == something(
            keyed(in_ledger(shop.access, programme, end))
        )


def demo_year(access, days, members):
    now = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)
    since = now.replace(hour=0, minute=0) - timedelta(days=days)
    build_chain(Plan(members, since, now, 25), access.app, b"s" * 32, lambda days: None)
    return in_transaction(lambda: compiled_at(now))


def compare_with_demo(access, days, members):
    programme = demo_year(access, days, members)
    found, end = replayed_own(programme)
    ledger = keyed(in_ledger(access, programme, end))
    assert something(in_replay(found)) == something(ledger)
    assert sum(told[1] for told in ledger.values()) > 0
    assert not gaps_of(found).keys() & {
        "simulation.gap_not_replayed", "simulation.gap_currency", "simulation.gap_recorded"
    }  # fmt: skip


def test_the_live_programme_over_own_receipts_gives_the_ledger_again(django_on_fresh_database):
    compare_with_demo(django_on_fresh_database, 90, 150)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_live_programme_over_the_whole_demo_year_gives_the_ledger_again(
    django_on_fresh_database,
):
    compare_with_demo(django_on_fresh_database, 365, 600)


def test_everything_else_that_moves_points_is_done_again(django_on_fresh_database):
    document = {
        **DOCUMENT,
        "currencies": {
            **DOCUMENT["currencies"],
            "points": {**DOCUMENT["currencies"]["points"], "transfer": {"expiry": "keep"}},
        },
        "returns": {"earned": "negative"},
    }
    with open_shop(django_on_fresh_database, document) as shop:
        anna, boris, vera = (shop.enrol(name) for name in ("anna", "boris", "vera"))
        programme = in_transaction(lambda: compiled_at(shop.now))

        def booked(work, **more):
            common = {"programme": programme, "now": shop.now, "by": shop.by}
            return in_transaction(lambda: work(**more, **common))

        days = passing(shop, (0, 1, 5, 9, 14, 20, 26, 33, 60))
        next(days)
        for member in (anna, boris, vera):
            shop.event(member)
        first = shop.sell(anna, 500, 300)
        next(days)
        second = shop.sell(boris, 900, points=40)
        shop.sell(vera, 700)
        next(days)
        spent = new_id(now=shop.now)
        booked(lambda **more: spend_points(
            anna, currency="points", amount=60, source=spent, reason=Reason.of("ledger.spend"), **more
        ))  # fmt: skip
        booked(lambda **more: adjust_points(
            boris, currency="points", amount=25, source=new_id(now=shop.now), reason_text="x", **more
        ))  # fmt: skip
        next(days)
        shop.give_back(first.key, {"1": 1})
        shop.sell(anna, 2000, late=None)
        next(days)
        booked(lambda **more: return_points(
            anna, source=spent, reason=Reason.of("ledger.unspend"), **more
        ))  # fmt: skip
        booked(lambda **more: transfer_points(
            anna, boris, currency="points", amount=30, source=new_id(now=shop.now), **more
        ))  # fmt: skip
        next(days)
        shop.sell(boris, 400, points=None)
        booked(lambda **more: merge_members(vera, boris, reason_text="same", **more))
        next(days)
        shop.give_back(second.key)
        shop.sell(boris, 120, at=shop.now - timedelta(days=2))
        next(days)
        shop.sell(None, 100)
        shop.sell(anna, 10, points=None)
        found, end = replayed_own(programme)
        assert not gaps_of(found)
        ledger = something(keyed(in_ledger(shop.access, programme, end)))
        assert something(in_replay(found)) == ledger
        assert len(ledger) > 4
