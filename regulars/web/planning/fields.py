"""The assumptions of a plan as fields: by group, with slider, range, source and owner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from regulars.core.economics.budget_items import GROUPS
from regulars.core.economics.document import Amount, Estimate, Item, Lift, Plan, Share
from regulars.core.economics.plan import assumptions
from regulars.core.wording.catalogue import sentence
from regulars.documents.plan_words import group_name, title_of, unit_of
from regulars.web.design.faces import language
from regulars.web.planning.numbers import is_share, written

_OF_MONEY = {"base.check", "base.other_sales", "programme.worth"}
_USUAL_QUANTITY = 1.0
_REACH_OF_LIFT = 0.2


@dataclass(frozen=True, slots=True)
class Slider:
    """Ends and place of a slider, in the units of its field, as scripts read numbers."""

    low: str
    high: str
    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """One assumption as it is typed; `number` tells fields of a page apart."""

    name: str
    number: int
    title: str
    likely: str
    low: str
    high: str
    spread: str
    source: str
    owner: str
    unit: str
    is_uncertain: bool
    slider: Slider | None


@dataclass(frozen=True, slots=True)
class Line:
    """An item of the budget: what it is paid for and its three numbers."""

    title: str
    paid_for: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Costs:
    """A group of the budget: items that cost something, and those that cost nothing yet."""

    title: str
    used: tuple[Line, ...]
    unused: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Assumptions under a title."""

    code: str
    title: str
    fields: tuple[Field, ...]


def groups_of(plan: Plan, typed: Mapping[str, Any]) -> tuple[Group, ...]:
    """Everything but the budget; what was `typed` stands where it was sent back."""
    fields = {field.name: field for field in _fields(plan, typed)}

    def under(*heads: str) -> tuple[Field, ...]:
        return tuple(one for name, one in fields.items() if name.startswith(heads))

    return (
        Group("base", _("The business as it is"), under("base.")),
        Group("programme", _("The programme"), under("programme.")),
        Group("response", _("How members respond"), under("response.", "discount")),
    )


def costs_of(plan: Plan, typed: Mapping[str, Any]) -> tuple[Costs, ...]:
    """The budget by group, in the order of the groups."""
    fields = {field.name: field for field in _fields(plan, typed)}
    found = []
    for group in GROUPS:
        items = [item for item in plan.budget if item.in_group == group]
        lines = [(_costs_anything(item), _line(item, fields)) for item in items]
        if lines:
            used = tuple(line for is_used, line in lines if is_used)
            unused = tuple(line for is_used, line in lines if not is_used)
            found.append(Costs(group_name(group, language()), used, unused))
    return tuple(found)


def _line(item: Item, fields: dict[str, Field]) -> Line:
    names = (f"budget.{item.code}.{field}" for field in ("amount", "quantity", "growth"))
    return Line(item.name(language()), unit_of(item, language()), tuple(fields[n] for n in names))


def _costs_anything(item: Item) -> bool:
    amount, quantity = item.amount, item.quantity
    return bool(
        amount.likely
        or amount.uncertain
        or quantity.likely != _USUAL_QUANTITY
        or quantity.uncertain
        or item.growth.likely
    )


def _fields(plan: Plan, typed: Mapping[str, Any]) -> Iterator[Field]:
    spoken = language()
    for number, (name, estimate) in enumerate(assumptions(plan).items()):
        percent = is_share(estimate)
        texts = {
            part: written(getattr(estimate, part), percent=percent, language=spoken)
            for part in ("likely", "low", "high")
        }
        texts |= {part: getattr(estimate, part) for part in ("spread", "source", "owner")}
        yield Field(
            name=name,
            number=number,
            title=_title(plan, name),
            **{part: str(typed.get(f"{name}:{part}", text)) for part, text in texts.items()},
            unit="%" if percent else _unit(plan, name),
            is_uncertain=estimate.uncertain,
            slider=_slider(estimate, percent=percent),
        )


def _title(plan: Plan, name: str) -> str:
    if name.startswith("budget."):  # the item's own title stands above
        field = name.rpartition(".")[2]
        return sentence(f"plan.of_item.{field}", {}, language()).capitalize()
    return title_of(plan, name, language())


def _unit(plan: Plan, name: str) -> str:
    if name in _OF_MONEY or name.endswith((".cost", ".amount")):
        return plan.money
    return ""


def _slider(estimate: Estimate, *, percent: bool) -> Slider | None:
    """From nothing to twice what is likely, within bounds; None where nothing tells a scale."""
    low, high = estimate.ends
    reach = max(abs(low), abs(high)) * 1.5
    if isinstance(estimate, Lift | Share):
        reach = max(reach, _REACH_OF_LIFT)
    reach = max(reach, abs(estimate.likely) * 2)
    if not reach:
        return None
    bottom = 0.0 if isinstance(estimate, Amount) else max(type(estimate).FLOOR, min(0.0, low) * 2)
    top = min(type(estimate).CEILING, reach)
    low_end, high_end = (
        written(float(f"{value:.3g}"), percent=percent, language="en") for value in (bottom, top)
    )
    return Slider(low_end, high_end, written(estimate.likely, percent=percent, language="en"))
