"""The key figures tie to the ledger: what was issued, spent, expired and corrected is what is left."""

from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from till_shop import NOW, OPENED, open_shop

from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.ledger.usecases.points import adjust_points
from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.kpi import (
    first_sale_at,
    list_period_facts,
    list_store_facts,
)
from regulars.core.calendar import Period
from regulars.core.metrics.periods import cut
from regulars.core.refusal import Refused
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        yield shop


def correct(shop, member, amount, code="points"):
    now = shop.now
    work = partial(
        adjust_points,
        member,
        programme=compiled_at(now),
        currency=code,
        amount=amount,
        source=new_id(now=now),
        reason_text="counted again",
        now=now,
        by=shop.by,
    )
    return in_transaction(work)


def due(shop):
    in_transaction(lambda: post_due(compiled_at(shop.now), limit=100, after=None, now=shop.now))


def test_figures_of_a_period_are_what_happened_in_it(shop):
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    shop.enrol("carl")
    first = shop.sell(anna, 600)
    shop.sell(None, 100)
    shop.now = NOW + timedelta(days=40)
    shop.sell(anna, 200, points=20)
    shop.sell(boris, 300)
    shop.sell(boris, 300)
    shop.give_back(first.key)
    facts = list_period_facts([NOW, NOW + timedelta(days=30)], shop.now + timedelta(days=1))
    early, late = facts
    assert early.everybody.receipts == 2
    assert early.everybody.gross_minor == 70_000
    assert early.of_members.paid_minor == 60_000
    assert (early.attendance.members, early.attendance.new) == (3, 3)
    assert (early.attendance.active, early.attendance.repeating) == (1, 0)
    assert early.flows["points"].issued == 60
    assert early.flows["points"].outstanding == 60
    assert late.everybody.receipts == 3
    assert late.everybody.points_minor == 2_000
    assert late.everybody.refund_minor == 60_000
    assert late.everybody.sales_minor == 78_000 - 60_000
    assert (late.attendance.members, late.attendance.new) == (3, 0)
    assert (late.attendance.active, late.attendance.repeating) == (2, 1)
    assert late.flows["points"].opening == 60
    assert late.flows["points"].spent == 20
    assert first_sale_at() == NOW


def test_before_anything_happened_all_figures_are_zero(shop):
    (facts,) = list_period_facts([OPENED], NOW)
    assert facts.everybody.receipts == facts.attendance.members == 0
    assert facts.flows == {}
    assert first_sale_at() is None
    assert list_store_facts(OPENED, NOW) == {}


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["sell", "pay", "return", "event", "add", "take", "pass", "merge", "due"]),
        st.integers(0, 2),
        st.integers(1, 900),
    ),
    min_size=5,
    max_size=25,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ACTS)
def test_whatever_happened_the_flows_tie_to_what_members_hold(shop, acts):
    """Opening + issued + adjusted + transferred − spent − expired = outstanding, in every period."""
    start = shop.now
    members = [shop.enrol(f"m{i}-{start.timestamp()}-{len(acts)}-{id(acts)}") for i in range(3)]
    sales = []
    for act, who, number in acts:
        try:
            if act in ("sell", "pay"):
                pay = {"points": None} if act == "pay" else {}
                sales.append(shop.sell(members[who], number, **pay).key)
            elif act == "return" and sales:
                shop.give_back(sales[number % len(sales)])
            elif act == "event":
                shop.event(members[who])
            elif act in ("add", "take"):
                correct(shop, members[who], number if act == "add" else -number)
            elif act == "merge":
                in_transaction(
                    partial(
                        merge_members,
                        members[who],
                        members[(who + 1) % 3],
                        programme=compiled_at(shop.now),
                        reason_text="one person",
                        now=shop.now,
                        by=shop.by,
                    )
                )
            elif act == "due":
                due(shop)
        except Refused:
            pass
        shop.now += timedelta(days=number / 20 if act == "pass" else 0.01)
    starts = cut(start, shop.now, Period.WEEK, compiled_at(shop.now).zone)
    facts = list_period_facts(starts, shop.now)
    for before, after in pairwise(facts):
        for code, flow in before.flows.items():
            assert after.flows[code].opening == flow.outstanding
    for period in facts:
        for flow in period.flows.values():
            assert flow.reckoned == flow.outstanding
    (whole,) = list_period_facts([start], shop.now)
    for code, flow in whole.flows.items():
        assert flow.reckoned == flow.outstanding == facts[-1].flows[code].outstanding
        assert flow.issued == sum(
            period.flows[code].issued for period in facts if code in period.flows
        )
    (ever,) = list_period_facts([OPENED], shop.now)
    held = shop.run(held_by_accounts(shop))
    assert {code: flow.outstanding for code, flow in ever.flows.items()} == held


async def held_by_accounts(shop):
    rows = await shop.desk.pool.fetch(
        "SELECT w.key, sum((w.value ->> 0)::bigint + (w.value ->> 1)::bigint"
        " + (w.value ->> 2)::bigint)::bigint AS held"
        " FROM ledger_account a, json_each(a.state -> 'w') AS w GROUP BY 1"
    )
    return {row["key"]: row["held"] for row in rows}


def test_stores_add_up_to_the_whole(shop):
    anna = shop.enrol("anna")
    shop.sell(anna, 600)
    shop.event(anna)
    until = NOW + timedelta(days=1)
    by_store = list_store_facts(NOW, until)
    (whole,) = list_period_facts([NOW], until)
    assert set(by_store) == {"", "s1"}
    assert by_store["s1"].everybody == whole.everybody
    assert by_store["s1"].flows["points"].issued == 60
    assert by_store[""].flows["points"].issued == 50
    assert by_store["s1"].flows["points"].outstanding is None
    assert sum(facts.attendance.members for facts in by_store.values()) == 1
