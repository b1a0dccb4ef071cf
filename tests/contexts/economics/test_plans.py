"""Plans that are kept: who may, versions that are only added, two who save at once, costs typed in."""

from uuid import uuid4

import pytest
from core.economics.plans import by_hand, planned
from django.db import connection, transaction

from regulars.contexts.economics.models import Plan, PlanCost, PlanVersion
from regulars.contexts.economics.queries.plans import (
    PlanNotFound,
    get_plan,
    get_plan_document,
    list_plan_costs,
    list_plan_versions,
    list_plans,
)
from regulars.contexts.economics.usecases.plans import (
    PlanArchived,
    PlanChangedMeanwhile,
    archive_plan,
    change_assumptions,
    create_plan,
    restore_plan,
    save_plan,
    set_actual_cost,
)
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.economics.actuals import CostInvalid
from regulars.core.economics.document import Estimate
from regulars.core.economics.plan import PlanInvalid
from regulars.core.plain_text import TextMalformed
from regulars.kit.transactions import in_transaction

database = pytest.mark.django_db


@pytest.fixture
def kept(now, author):
    return create_plan(by_hand(), note="first", now=now, by=author)


@database
def test_a_plan_comes_back_as_it_was_kept(kept, author):
    assert get_plan_document(kept.id) == planned()
    assert get_plan(kept.id) == kept
    assert (kept.version, kept.made_by) == (1, str(author.staff_id))
    assert [(v.number, v.note) for v in list_plan_versions(kept.id)] == [(1, "first")]
    assert [view.id for view in list_plans()] == [kept.id]


@database
def test_each_save_is_a_version_and_none_is_lost(kept, later, author):
    other = by_hand(months=5, title={"en": "Longer"})
    saved = save_plan(kept.id, other, seen=1, now=later(hours=1), by=author)
    assert (saved.version, saved.title) == (2, {"en": "Longer"})
    assert get_plan_document(kept.id, 1) == planned()
    assert get_plan_document(kept.id) == planned(months=5, title={"en": "Longer"})


@database
def test_the_same_document_makes_no_new_version(kept, later, author):
    save_plan(kept.id, by_hand(months=5), seen=1, now=later(hours=1), by=author)
    again = save_plan(kept.id, by_hand(months=5), seen=1, now=later(hours=2), by=author)
    assert again.version == 2
    assert PlanVersion.objects.count() == 2


@database
def test_who_has_not_seen_the_newest_version_changes_nothing(kept, later, author):
    save_plan(kept.id, by_hand(months=5), seen=1, now=later(hours=1), by=author)
    with pytest.raises(PlanChangedMeanwhile) as refused:
        save_plan(kept.id, by_hand(months=6), seen=1, now=later(hours=2), by=author)
    assert refused.value.params == {"version": 2}
    with pytest.raises(PlanChangedMeanwhile):
        change_assumptions(kept.id, {"base.check": 11.0}, seen=1, now=later(hours=2), by=author)
    assert get_plan_document(kept.id) == planned(months=5)


@database
def test_assumptions_are_changed_by_name(kept, later, author):
    wide = Estimate(likely=12, low=10, high=15)
    saved = change_assumptions(kept.id, {"base.check": wide}, seen=1, now=later(hours=1), by=author)
    assert saved.version == 2
    assert get_plan_document(kept.id).base.check.ends == (10, 15)
    with pytest.raises(PlanInvalid):
        change_assumptions(kept.id, {"base.margin": 2.0}, seen=2, now=later(hours=2), by=author)
    with pytest.raises(PlanInvalid):
        change_assumptions(kept.id, {"base.nothing": 2.0}, seen=2, now=later(hours=2), by=author)
    assert get_plan(kept.id).version == 2


@database
def test_an_archived_plan_stays_as_it_is_until_it_is_taken_up_again(kept, later, author):
    archive_plan(kept.id, now=later(hours=1), by=author)
    archive_plan(kept.id, now=later(hours=2), by=author)
    assert list_plans() == ()
    assert [view.id for view in list_plans(archived=True)] == [kept.id]
    with pytest.raises(PlanArchived):
        save_plan(kept.id, by_hand(months=5), seen=1, now=later(hours=3), by=author)
    with pytest.raises(PlanArchived):
        set_actual_cost(kept.id, "2026-11", "people", 1, now=later(hours=3), by=author)
    assert restore_plan(kept.id, now=later(hours=4), by=author).archived_at is None
    assert save_plan(kept.id, by_hand(months=5), seen=1, now=later(hours=5), by=author).version == 2


@database
def test_only_who_may_write_plans_does(kept, now, person, cashier):
    for by in (
        cashier,
        person(7, Role.SUPPORT),
        person(8, Role.AUDITOR),
        person(9, Role.INTEGRATOR),
    ):
        for act in (
            lambda by=by: create_plan(by_hand(), now=now, by=by),
            lambda by=by: save_plan(kept.id, by_hand(months=5), seen=1, now=now, by=by),
            lambda by=by: change_assumptions(kept.id, {"base.check": 1.0}, seen=1, now=now, by=by),
            lambda by=by: archive_plan(kept.id, now=now, by=by),
            lambda by=by: restore_plan(kept.id, now=now, by=by),
            lambda by=by: set_actual_cost(kept.id, "2026-11", "people", 1, now=now, by=by),
        ):
            with pytest.raises(PermissionMissing):
                act()
    assert (Plan.objects.count(), PlanVersion.objects.count(), PlanCost.objects.count()) == (
        1,
        1,
        0,
    )


@database
@pytest.mark.parametrize(
    "document",
    [{}, {"title": "x"}, by_hand(months=0), by_hand(money="euro"), by_hand(title="a\x00b"),
     by_hand(base={"check": float("nan")}), by_hand(base={"check": -1}), by_hand(months=10**9)],
)  # fmt: skip
def test_an_impossible_plan_is_not_kept(now, author, document):
    with pytest.raises(PlanInvalid):
        create_plan(document, now=now, by=author)
    assert not Plan.objects.exists()
    assert not PlanVersion.objects.exists()


@database
def test_a_hostile_note_is_refused_and_nothing_is_kept(now, author):
    for note in ("x" * 501, "a\x00b", "a\x1b[31m"):
        with pytest.raises(TextMalformed):
            create_plan(by_hand(), note=note, now=now, by=author)
    assert not Plan.objects.exists()


@database
def test_a_plan_of_nobody_is_not_found(kept, now, author):
    unknown = uuid4()
    for act in (
        lambda: get_plan(unknown),
        lambda: get_plan_document(unknown),
        lambda: get_plan_document(kept.id, 2),
        lambda: list_plan_versions(unknown),
        lambda: list_plan_costs(unknown),
        lambda: save_plan(unknown, by_hand(), seen=1, now=now, by=author),
        lambda: archive_plan(unknown, now=now, by=author),
        lambda: set_actual_cost(unknown, "2026-11", "people", 1, now=now, by=author),
    ):
        with pytest.raises(PlanNotFound):
            act()


@database
def test_the_latest_word_on_a_cost_counts(kept, now, later, author):
    set_actual_cost(kept.id, "2026-11", "people", 5000, now=now, by=author)
    set_actual_cost(kept.id, "2026-11", "people", 6000, note="bill", now=later(hours=1), by=author)
    set_actual_cost(kept.id, "2026-10", "software", 100, now=later(hours=2), by=author)
    told = [(cost.month, cost.group, cost.amount_minor) for cost in list_plan_costs(kept.id)]
    assert told == [("2026-10", "software", 100), ("2026-11", "people", 6000)]
    set_actual_cost(kept.id, "2026-11", "people", None, now=later(hours=3), by=author)
    assert list_plan_costs(kept.id)[1].amount_minor is None
    assert PlanCost.objects.count() == 4


@database
@pytest.mark.parametrize(
    ("month", "group", "amount"),
    [("2027-02", "people", 1), ("2024-10", "people", 1), ("2026-13", "people", 1),
     ("2026-1", "people", 1), ("２０２６-11", "people", 1), ("2026-11", "points_spent", 1),
     ("2026-11", "nothing", 1), ("2026-11", "people", -1), ("2026-11", "people", 10**16)],
)  # fmt: skip
def test_an_impossible_cost_is_refused(kept, now, author, month, group, amount):
    with pytest.raises(CostInvalid):
        set_actual_cost(kept.id, month, group, amount, now=now, by=author)
    assert not PlanCost.objects.exists()


@database
def test_everything_is_on_record(kept, later, author):
    change_assumptions(kept.id, {"base.check": 11.0}, seen=1, now=later(hours=1), by=author)
    set_actual_cost(kept.id, "2026-11", "people", 1, now=later(hours=2), by=author)
    archive_plan(kept.id, now=later(hours=3), by=author)
    rows = AuditRow.objects.filter(object_kind="plan", object_id=str(kept.id)).order_by("at")
    assert [row.action for row in rows] == [
        "plan.create", "plan.save", "plan.set_cost", "plan.archive",
    ]  # fmt: skip


@database
@pytest.mark.parametrize("table", ["economics_plan_version", "economics_plan_cost"])
@pytest.mark.parametrize("change", ["UPDATE {} SET number = number", "DELETE FROM {}"])
def test_history_cannot_be_rewritten_by_the_application(kept, table, change):
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        connection.cursor().execute(change.format(table))


def test_of_many_who_save_at_once_each_version_is_one_persons(
    django_on_fresh_database, now, author, at_once
):
    kept = in_transaction(lambda: create_plan(by_hand(), now=now, by=author))

    def save(months):
        return in_transaction(
            lambda: save_plan(kept.id, by_hand(months=months), seen=1, now=now, by=author)
        )

    told = at_once([lambda m=months: save(m) for months in range(4, 14)])
    won = [one for one in told if not isinstance(one, Exception)]
    lost = [one for one in told if isinstance(one, PlanChangedMeanwhile)]
    assert (len(won), len(lost)) == (1, 9)
    assert get_plan(kept.id).version == 2
    assert sorted(PlanVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_costs_typed_in_at_once_are_all_there(django_on_fresh_database, now, author, at_once):
    kept = in_transaction(lambda: create_plan(by_hand(), now=now, by=author))

    def pay(amount):
        return in_transaction(
            lambda: set_actual_cost(kept.id, "2026-11", "people", amount, now=now, by=author)
        )

    told = at_once([lambda a=amount: pay(a) for amount in range(10)])
    assert not [one for one in told if isinstance(one, Exception)]
    assert sorted(PlanCost.objects.values_list("number", flat=True)) == list(range(1, 11))
