"""The parts of a programme that have forms of their own, and how those forms are laid out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError

from regulars.core.earning.catalogue import MECHANICS
from regulars.core.programme.currency import Currency
from regulars.core.programme.document import Programme
from regulars.core.programme.gift_cards import GiftCards
from regulars.core.programme.ladder import Ladder
from regulars.core.programme.policies import EarningPolicy, ReturnPolicy, TimePolicy
from regulars.core.programme.promotions import Budget, Group, Promotion, PromotionPolicy
from regulars.core.programme.referral import Referral
from regulars.core.programme.rules import EarningRule
from regulars.core.programme.saying import say_currency, say_ladder, say_promotion, say_rule
from regulars.core.promotions.catalogue import KINDS
from regulars.core.refusal import NotFound
from regulars.web.editor.controls import Around, Control, Option, controls_of


class SectionNotFound(NotFound):
    """A programme has no section of this name."""

    code = "programme.part_not_found"


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the document: its name, what stands in it, and which fields come first.

    `many`: it holds several parts by key. `chooses` is the field that decides the parameters.
    """

    name: str
    model: type[BaseModel]
    title: Promise
    one: Promise
    many: bool = False
    chooses: str = ""
    first: tuple[str, ...] = ()


SECTIONS = {
    each.name: each
    for each in (
        Section(
            "earning", EarningRule, gettext_lazy("Earning rules"), gettext_lazy("Earning rule"),
            True, "mechanic", ("title", "currency", "params", "goods", "when"),
        ),
        Section(
            "promotions", Promotion, gettext_lazy("Promotions"), gettext_lazy("Promotion"),
            True, "kind", ("title", "params", "goods", "when", "trigger", "valid"),
        ),
        Section("currencies", Currency, gettext_lazy("Currencies"), gettext_lazy("Currency"), True),
        Section("tiers", Ladder, gettext_lazy("Tiers"), gettext_lazy("Tiers")),
        Section("groups", Group, gettext_lazy("Groups"), gettext_lazy("Group"), True),
        Section("budgets", Budget, gettext_lazy("Budgets"), gettext_lazy("Budget"), True),
        Section(
            "earning_policy", EarningPolicy,
            gettext_lazy("What is earned on"), gettext_lazy("What is earned on"),
        ),
        Section(
            "promotion_policy", PromotionPolicy,
            gettext_lazy("How promotions are reckoned"), gettext_lazy("How promotions are reckoned"),
        ),
        Section("returns", ReturnPolicy, gettext_lazy("Returns"), gettext_lazy("Returns")),
        Section("timing", TimePolicy, gettext_lazy("Clocks"), gettext_lazy("Clocks")),
        Section(
            "referral", Referral,
            gettext_lazy("Members bring friends"), gettext_lazy("Members bring friends"),
        ),
        Section("gift_cards", GiftCards, gettext_lazy("Gift cards"), gettext_lazy("Gift cards")),
    )
}  # fmt: skip
_CATALOGUES: dict[str, Mapping[str, Any]] = {"mechanic": MECHANICS, "kind": KINDS}
_USUAL = {"mechanic": "rate_per_amount", "kind": "percent"}


@dataclass(slots=True)
class Layout:
    """The controls of a form: what comes first, and what is folded away."""

    first: list[Control]
    more: list[Control]

    @property
    def all(self) -> list[Control]:
        """Every control."""
        return [*self.first, *self.more]

    @property
    def more_is_open(self) -> bool:
        """Whether something folded away is wrong."""
        return any(each.has_errors for each in self.more)


def section_of(name: str) -> Section:
    """The section of this name. Raises SectionNotFound."""
    if name not in SECTIONS:
        raise SectionNotFound
    return SECTIONS[name]


def blank(section: Section, document: Mapping[str, Any]) -> dict[str, Any]:
    """A new part as far as it can be known."""
    plain: dict[str, Any] = {}
    if section.chooses:
        plain[section.chooses] = _USUAL[section.chooses]
        plain["params"] = {}
    if section.name == "earning":
        plain["currency"] = next(iter(document.get("currencies") or {}), "")
    return plain


def layout_of(section: Section, plain: Mapping[str, Any], around: Around, *, new: bool) -> Layout:
    """The form of a part; what it is called is asked for only while it is new."""
    hidden = {section.chooses} if section.chooses else set()
    hidden |= set() if new else {"id"}
    every = [
        each
        for each in controls_of(section.model, plain, around)
        if each.name.split(".")[0] not in hidden
    ]
    if not section.first:
        found = Layout(every, [])
    else:
        wanted = [*section.first, "id"]
        first = [each for each in every if each.name.split(".")[0] in wanted]
        first.sort(key=lambda each: wanted.index(each.name.split(".")[0]))
        found = Layout(first, [each for each in every if each not in first])
    if section.chooses:
        found.first.insert(1, _kinds(section, plain, around.language))
    return found


def say_part(section: Section, programme: Programme, key: str, language: str) -> str:
    """The part's sentence in a document that holds together; empty where it has none."""
    match section.name:
        case "earning":
            rule = next((each for each in programme.earning if each.id == key), None)
            return say_rule(rule, programme, language) if rule else ""
        case "promotions":
            found = next((each for each in programme.promotions if each.id == key), None)
            return say_promotion(found, programme, language) if found else ""
        case "currencies":
            currency = programme.currencies.get(key)
            return say_currency(currency, programme, language) if currency else ""
        case "tiers":
            return say_ladder(programme, language)
    return ""


def say_alone(section: Section, plain: Any, programme: Programme, language: str) -> str:
    """The sentence of a part that is sound in itself, although the whole is not; empty if it is not."""
    try:
        part = section.model.model_validate(plain)
    except ValidationError:
        return ""
    match part:
        case EarningRule():
            return say_rule(part, programme, language)
        case Promotion():
            return say_promotion(part, programme, language)
    return ""


def titled(names: Sequence[str]) -> list[Section]:
    """Sections by their names."""
    return [SECTIONS[name] for name in names]


def _kinds(section: Section, plain: Mapping[str, Any], language: str) -> Control:
    catalogue = _CATALOGUES[section.chooses]
    chosen = str(plain.get(section.chooses, ""))
    made = Control("kind", section.chooses, f"/{section.chooses}", str(_("What it does")))
    made.options = [
        Option(code, each.title[language], code == chosen) for code, each in catalogue.items()
    ]
    made.value = chosen
    return made
