"""The page about promotions: its example works, and it knows every setting with its default."""

import re
from pathlib import Path

import yaml
from engine_cases import BASE

from regulars.core.programme.document import Programme
from regulars.core.programme.promotions import Promotion, PromotionPolicy

PAGE = (Path(__file__).parents[3] / "docs" / "promotions.md").read_text()

SETTINGS = PAGE.partition("## Settings")[2]


def test_its_example_is_a_programme():
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    document = Programme.model_validate(BASE | yaml.safe_load(example))
    assert [promotion.id for promotion in document.promotions] == ["dairy-week", "welcome"]


def test_every_setting_stands_in_the_table_with_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|", SETTINGS, re.MULTILINE))
    assert rows.keys() == PromotionPolicy.model_fields.keys()
    for name, field in PromotionPolicy.model_fields.items():
        if field.default is not None:
            assert rows[name].strip("` ") == str(field.default)


def test_every_value_of_a_setting_is_told():
    for name, field in PromotionPolicy.model_json_schema()["properties"].items():
        for value in field.get("enum", ()):
            assert re.search(rf"^\| `{name}` \|[^|]*`{value}`", PAGE, re.MULTILINE), (name, value)


def test_every_field_of_a_promotion_is_told():
    for name in Promotion.model_fields.keys() - {"id", "title", "enabled"}:
        assert f"`{name}`" in PAGE
