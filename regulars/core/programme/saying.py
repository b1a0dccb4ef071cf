"""What each part of a programme does, as one sentence that a marketer reads aloud."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from regulars.core.calendar import Duration
from regulars.core.goods import Goods
from regulars.core.programme.currency import Currency, PayItem, PayMoney
from regulars.core.programme.diff import field_name, plain_words
from regulars.core.programme.document import Programme
from regulars.core.programme.ladder import Level
from regulars.core.programme.markers import Fits
from regulars.core.programme.promotions import Promotion
from regulars.core.programme.rules import EarningRule, Valid
from regulars.core.programme.texts import plain, text_in
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.when.tree import Node
from regulars.core.wording.catalogue import SENTENCES, plural_form, sentence

_POINTS = frozenset({"points", "by_tier", "categories", "brands", "skus", "default"})
_NO_BREAK = "\u00a0"
_INCLUDED = ("skus", "categories", "brands", "tags")


def say_rule(rule: EarningRule, programme: Programme, language: str) -> str:
    """What an earning rule gives, on what, when and up to which limits."""
    currency = programme.currencies.get(rule.currency)
    said = [_params(f"says.{rule.mechanic}", rule.params, programme, currency, language)]
    said += _scope(rule.goods, rule.when, programme, language)
    said += _valid(rule.valid, language)
    if rule.caps is not None:
        said.append(sentence("says.caps", {"caps": _rest(rule.caps, (), language)}, language))
    if rule.exclusive:
        said.append(sentence("says.exclusive", {"group": rule.exclusive}, language))
    if rule.final:
        said.append(sentence("says.final", {}, language))
    return _joined(said, rule.enabled, language)


def say_promotion(promotion: Promotion, programme: Programme, language: str) -> str:
    """What a promotion gives, on what, when, and what switches it on."""
    said = [_params(f"says.{promotion.kind}", promotion.params, programme, None, language)]
    said += _scope(promotion.goods, promotion.when, programme, language)
    trigger = promotion.trigger
    if trigger.codes:
        said.append(sentence("says.codes", {"codes": ", ".join(sorted(trigger.codes))}, language))
    elif trigger.kind != "auto":
        word = sentence(f"value.{trigger.kind}", {}, language)
        said.append(sentence("says.trigger", {"trigger": word}, language))
    said += _valid(promotion.valid, language)
    for caps in promotion.caps:
        said.append(sentence("says.caps", {"caps": _rest(caps, (), language)}, language))
    if promotion.price is not None:
        currency = programme.currencies.get(promotion.price.currency)
        points = units_text(promotion.price.points, currency, language)
        said.append(sentence("says.price", {"points": points}, language))
    if promotion.budget:
        said.append(sentence("says.budget", {"budget": promotion.budget}, language))
    return _joined(said, promotion.enabled, language)


def say_currency(currency: Currency, programme: Programme, language: str) -> str:
    """When a currency can be used, when it is gone, and what it pays."""
    said = []
    if not currency.activation.is_zero:
        said.append(_says("activation", language, after=_length(currency.activation, language)))
    expiry = currency.expiry
    told = {key: _shown(value, language, choice=True) for key, value in dict(expiry).items()}
    said.append(_says(f"expiry_{expiry.kind}", language, **told))
    match currency.redeem:
        case PayMoney() as pays:
            worth = money_text(pays.worth, programme, language)
            share = _figure(pays.share_max, language)
            said.append(_says("pays_money", language, worth=worth, share=share))
        case PayItem() as pays:
            units = units_text(pays.units, currency, language)
            said.append(_says("pays_item", language, units=units))
        case None:
            said.append(_says("pays_nothing", language))
    return " ".join(said)


def say_ladder(programme: Programme, language: str) -> str:
    """What the tiers are reckoned on; empty where there are none."""
    ladder = programme.tiers
    if ladder is None:
        return ""
    told = {key: _shown(value, language, choice=True) for key, value in dict(ladder.window).items()}
    window = _says(f"window_{ladder.window.kind}", language, **told)
    return f"{_says(f'ladder_{ladder.measure}', language)} {window}."


def say_level(level: Level, programme: Programme, language: str) -> str:
    """How a level is reached and what its card gives."""
    ladder = programme.tiers
    if level.invitation_only:
        said = [_says("level_invited", language)]
    elif not level.threshold:
        said = [_says("level_first", language)]
    else:
        money = ladder is not None and ladder.measure == "spend"
        threshold = (
            money_text(level.threshold, programme, language)
            if money
            else _figure(level.threshold, language)
        )
        said = [_says("level", language, threshold=threshold)]
    if level.discount is not None:
        percent = _figure(level.discount.percent, language)
        said.append(_says("level_discount", language, percent=percent))
    return _joined(said, True, language)


def say_goods(goods: Goods, language: str) -> str:
    """A selection of goods in words."""
    said = []
    for name in _INCLUDED:
        words = sorted(getattr(goods, name))
        if words:
            said.append(f"{field_name(name, language)}: {', '.join(words)}")
    found = "; ".join(said) or sentence("says.goods_all", {}, language)
    out = [word for name in _INCLUDED for word in sorted(getattr(goods, f"exclude_{name}"))]
    if not out:
        return found
    return sentence("says.goods_except", {"goods": found, "except": ", ".join(out)}, language)


def say_when(node: Node, language: str) -> str:
    """A tree of conditions in words; empty where it always holds."""
    if node.code == "not":
        inner = say_when(node.nodes[0], language)
        return sentence("says.not", {"condition": inner}, language)
    if node.code in ("all", "any"):
        parts = [say_when(inner, language) for inner in node.nodes]
        parts = [
            f"({part})" if inner.code in ("all", "any") and len(inner.nodes) > 1 else part
            for part, inner in zip(parts, node.nodes, strict=True)
        ]
        return sentence("says.and" if node.code == "all" else "says.or", {}, language).join(
            part for part in parts if part
        )
    assert node.params is not None
    title = CONDITIONS[node.code].title[language]
    title = title[0].lower() + title[1:]
    told = _rest(node.params, (), language)
    return f"{title} ({told})" if told else title


def units_text(amount: Decimal | int, currency: Currency | None, language: str) -> str:
    """An amount of a currency with its unit: «5 points»."""
    shown = _figure(amount, language)
    if currency is None:
        return shown
    if currency.unit is None:
        return f"{shown}{_NO_BREAK}«{text_in(currency.title, language)}»"
    forms = text_in(currency.unit, language).split("|")
    value = plain(Decimal(amount))
    form = plural_form(value, language) if isinstance(value, int) else 1
    return f"{shown}{_NO_BREAK}{forms[min(form, len(forms) - 1)]}"


def money_text(amount: Decimal | int, programme: Programme, language: str) -> str:
    """An amount of money with its currency: «99.90 RUB»."""
    return f"{_figure(amount, language)}{_NO_BREAK}{programme.money}"


def _params(
    code: str, params: BaseModel, programme: Programme, currency: Currency | None, language: str
) -> str:
    """The mechanic's own sentence, and after it whatever else was set."""
    template = SENTENCES[language].get(code, "")
    told, named = {}, []
    for name, info in type(params).model_fields.items():
        if f"{{{name}}}" in template:
            value = getattr(params, name)
            told[name] = _figures(name, info, value, programme, currency, language)
            named.append(name)
    said = sentence(code, told, language) if template else ""
    rest = _rest(params, named, language, _number_of(programme, currency, language))
    return ", ".join(part for part in (said, rest) if part)


def _number_of(
    programme: Programme, currency: Currency | None, language: str
) -> Callable[[str, FieldInfo, Any], str]:
    def number(name: str, info: FieldInfo, value: Any) -> str:
        return _figures(name, info, value, programme, currency, language)

    return number


def _figures(
    name: str,
    info: FieldInfo,
    value: Any,
    programme: Programme,
    currency: Currency | None,
    language: str,
) -> str:
    """A parameter with its unit, as far as the model says which it is in."""
    if isinstance(value, Decimal):
        if any(isinstance(each, Fits) and each.scale == "money" for each in info.metadata):
            return money_text(value, programme, language)
        if name in _POINTS and currency is not None:
            return units_text(value, currency, language)
    if isinstance(value, Mapping):
        pairs = (
            (key, _figures(name, info, each, programme, currency, language))
            for key, each in value.items()
        )
        return ", ".join(f"{key}: {each}" for key, each in pairs)
    return _shown(value, language, choice=is_choice(info))


def _rest(
    params: BaseModel,
    named: Any,
    language: str,
    number: Callable[[str, FieldInfo, Any], str] | None = None,
) -> str:
    """«label: value» of every field that is set and not told already."""
    said = []
    for name, info in type(params).model_fields.items():
        value = getattr(params, name)
        if name in named or value is None or value == info.default or value in ((), {}):
            continue
        shown = (
            number(name, info, value) if number else _shown(value, language, choice=is_choice(info))
        )
        label = field_name(info.alias or name, language)
        said.append(label if value is True and info.annotation is bool else f"{label}: {shown}")
    return ", ".join(said)


def is_choice(info: FieldInfo) -> bool:
    """Whether the field takes one or more of a few words that the document knows."""
    return _offers(info.annotation)


def _offers(annotation: Any) -> bool:
    if get_origin(annotation) is Literal or (
        isinstance(annotation, type) and issubclass(annotation, StrEnum)
    ):
        return True
    return any(_offers(inner) for inner in get_args(annotation) if inner is not annotation)


def _shown(value: Any, language: str, *, choice: bool = False) -> str:
    if isinstance(value, Duration):
        return _length(value, language)
    if isinstance(value, Goods):
        return say_goods(value, language)
    if isinstance(value, BaseModel):
        return f"({_rest(value, (), language)})"
    if isinstance(value, Decimal):
        return _figure(value, language)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return ", ".join(sorted(_shown(each, language, choice=choice) for each in value))
    if isinstance(value, tuple):
        return ", ".join(_shown(each, language, choice=choice) for each in value)
    if choice and isinstance(value, str):
        return choice_word(value, language)
    return plain_words(value, language)


def choice_word(value: str, language: str) -> str:
    """A choice of the document in words; what is no choice stays as it is."""
    known = f"value.{value}"
    return sentence(known, {}, language) if known in SENTENCES["en"] else str(value)


def _scope(goods: Goods, when: Node, programme: Programme, language: str) -> Iterator[str]:
    if not goods.is_everything:
        yield sentence("says.of_goods", {"goods": say_goods(goods, language)}, language)
    conditions = say_when(when, language)
    if conditions:
        yield sentence("says.when", {"conditions": conditions}, language)


def _valid(valid: Valid | None, language: str) -> Iterator[str]:
    if valid is not None and valid.since is not None:
        yield sentence("says.since", {"since": valid.since.isoformat()}, language)
    if valid is not None and valid.until is not None:
        yield sentence("says.until", {"until": valid.until.isoformat()}, language)


def _length(length: Duration, language: str) -> str:
    return plain_words(length.model_dump(), language)


def _figure(amount: Decimal | int, language: str) -> str:
    whole, _, rest = str(plain(Decimal(amount))).partition(".")
    shown = f"{int(whole):,}".replace(",", _NO_BREAK if language == "ru" else ",")
    return f"{shown}{',' if language == 'ru' else '.'}{rest}" if rest else shown


def _says(code: str, language: str, **told: object) -> str:
    return sentence(f"says.{code}", told, language)


def _joined(parts: list[str], enabled: bool, language: str) -> str:
    said = "; ".join(part for part in parts if part)
    if not enabled:
        said = f"{said} ({sentence('says.off', {}, language)})"
    return said[:1].upper() + said[1:] + "."
