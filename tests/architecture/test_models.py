"""What every table of ours obeys."""

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

OURS = [model for model in apps.get_models() if model.__module__.startswith("regulars.contexts")]
HOT = ("ledger_account", "ledger_transaction", "ledger_lot")
CONTEXTS = [
    *("economics", "campaigns", "till", "rewards", "partners", "programme"),
    *("ledger", "members", "security"),
]


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_a_foreign_key_points_right_and_gives_no_way_back(model):
    for field in model._meta.get_fields():
        if not isinstance(field, ForeignKey | ManyToManyField) or field.auto_created:
            continue
        target = field.related_model._meta.app_label
        assert field.remote_field.related_name == "+", field.name
        if target in CONTEXTS:
            own = CONTEXTS.index(model._meta.app_label)
            assert own <= CONTEXTS.index(target), field.name


@pytest.mark.parametrize("table", HOT)
def test_every_key_of_a_hot_table_starts_with_the_bucket(table):
    model = next(model for model in OURS if model._meta.db_table == table)
    keys = [[field.name for field in model._meta.pk_fields]]
    keys += [list(each.fields) for each in model._meta.constraints if getattr(each, "fields", ())]
    keys += [list(each) for each in model._meta.unique_together]
    for key in keys:
        assert key[:2] == ["bucket", "member_id"], key
