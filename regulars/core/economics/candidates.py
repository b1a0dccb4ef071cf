"""A space of candidate programmes: models with their numbers, from nothing or around a document there is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

from regulars.core.economics import candidate_documents as documents
from regulars.core.economics.candidate_documents import Document, Shop, Values, decimal_text
from regulars.core.programme.check import ProgrammeInvalid, parse_programme
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Invalid
from regulars.core.wording.catalogue import LANGUAGES, sentence

BASE = "base"  # variations of the document that was given
_RATES = ("points", "default")
_FIGURES_KEPT = Decimal("0.000001")


class KindUnknown(Invalid):
    """No such model of a programme can be searched."""

    code = "optimise.kind_unknown"


@dataclass(frozen=True, slots=True)
class Axis:
    """One number of a model: the values tried first, and whether what lies between them is tried too.

    `letter` stands for it in codes.
    """

    letter: str
    values: tuple[Decimal, ...]
    between: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of programme: its numbers, and the document they make."""

    code: str
    axes: Mapping[str, Axis]
    build: Callable[[Shop, Values], Document]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One programme of the space: a document that is valid, and the numbers it was made of."""

    code: str
    kind: str
    values: tuple[tuple[str, Decimal], ...]
    titles: Mapping[str, str]
    document: Document

    @property
    def programme(self) -> Programme:
        """The document, parsed."""
        return parse_programme(self.document)


def _numbers(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


_RATE = Axis("r", _numbers("0.5", "1", "2", "3", "5"))
_LOW_RATE = Axis("r", _numbers("0.5", "1", "2"))
_EXPIRY = Axis("x", _numbers("6", "12", "0"), between=False)

MODELS: Mapping[str, Model] = {
    model.code: model
    for model in (
        Model("points", {"rate": _RATE, "expiry": _EXPIRY}, documents.points),
        Model(
            "cashback",
            {"rate": _RATE, "share": Axis("s", _numbers("50", "100"), between=False)},
            documents.cashback,
        ),
        Model(
            "discount_card",
            {"percent": Axis("p", _numbers("0.5", "1", "2", "3", "5"))},
            documents.discount_card,
        ),
        Model(
            "growing_card",
            {"percent": Axis("p", _numbers("1", "2", "3", "5"))},
            documents.growing_card,
        ),
        Model(
            "stamps",
            {
                "units": Axis("n", _numbers("5", "8", "10"), between=False),
                "value": Axis("v", _numbers("10", "20", "50", "100")),
            },
            documents.stamps,
        ),
        Model(
            "tiers",
            {"rate": _LOW_RATE, "more": Axis("m", _numbers("2", "3"), between=False)},
            documents.tiers,
        ),
        Model(
            "vip",
            {
                "top": Axis("t", _numbers("10", "20", "30"), between=False),
                "percent": Axis("p", _numbers("3", "5", "10")),
            },
            documents.vip,
        ),
        Model(
            "hybrid",
            {"rate": _LOW_RATE, "percent": Axis("p", _numbers("2", "5"))},
            documents.hybrid,
        ),
    )
}
KINDS = tuple(MODELS)


class Space:
    """Every candidate that a search may try. Raises KindUnknown.

    With a `base` its own variations are in it too, told as the kind `base`; `kinds` are models from
    nothing (none of them where it is empty and there is a base; else all).
    """

    def __init__(
        self, shop: Shop, kinds: Sequence[str] = (), base: Programme | None = None
    ) -> None:
        for kind in kinds:
            if kind not in MODELS:
                raise KindUnknown(kind=kind[:40], known=", ".join(KINDS))
        self.shop = shop
        chosen = kinds or (() if base else KINDS)
        self._models = {kind: MODELS[kind] for kind in chosen}
        self._base = to_mapping(base) if base else None
        if self._base is not None:
            self._models[BASE] = _model_of(self._base)

    def grid(self) -> list[Candidate]:
        """The candidates of all models on the values tried first, in a fixed order."""
        return [
            candidate
            for model in self._models.values()
            for values in product(*(axis.values for axis in model.axes.values()))
            if (candidate := self.make(model.code, dict(zip(model.axes, values, strict=True))))
        ]

    def near(self, candidate: Candidate, known: Sequence[Candidate]) -> list[Candidate]:
        """Candidates half-way from `candidate` to its neighbours among those known, one number changed."""
        model = self._models.get(candidate.kind)
        if model is None:
            return []
        codes = {one.code for one in known}
        found: dict[str, Candidate] = {}
        for name, value in self._half_way(model, candidate, known):
            made = self.make(candidate.kind, {**dict(candidate.values), name: value})
            if made is not None and made.code not in codes:
                found[made.code] = made
        return list(found.values())

    def make(self, kind: str, values: Values) -> Candidate | None:
        """The candidate with these numbers; None where they make no valid programme."""
        model = self._models[kind]
        code = _code(kind, model, values)
        titles = {language: self._title(kind, values, language) for language in LANGUAGES}
        parts = model.build(self.shop, values)
        whole = (
            {**parts, "code": code, "title": titles}
            if kind == BASE
            else documents.whole(self.shop, code, titles, parts)
        )
        try:
            document = to_mapping(parse_programme(whole))
        except ProgrammeInvalid:
            return None
        return Candidate(code, kind, tuple(values.items()), titles, document)

    def _title(self, kind: str, values: Values, language: str) -> str:
        told = {name: _told(value, language) for name, value in values.items()}
        if kind != BASE:
            if "expiry" in values:
                told["lapse"] = _lapse(int(values["expiry"]), language)
            return sentence(f"optimise.title_{kind}", told, language)
        changed = [
            sentence(f"optimise.times_{name}", {"factor": told[name]}, language)
            for name, factor in values.items()
            if factor != 1
        ]
        assert self._base is not None
        title = text_in(self._base["title"], language)
        if not changed:
            return title
        return sentence("optimise.title_base", {"title": title, "changed": changed}, language)[:500]

    def _half_way(
        self, model: Model, candidate: Candidate, known: Sequence[Candidate]
    ) -> Iterator[tuple[str, Decimal]]:
        own = dict(candidate.values)
        for name, axis in model.axes.items():
            if not axis.between:
                continue
            others = {name_: value for name_, value in own.items() if name_ != name}
            line = sorted(
                dict(one.values)[name]
                for one in known
                if one.kind == candidate.kind
                and {key: value for key, value in one.values if key != name} == others
            )
            for low, high in pairwise(line):
                if own[name] in (low, high):
                    yield name, documents.nice((low + high) / 2)


def _code(kind: str, model: Model, values: Values) -> str:
    parts = [f"{model.axes[name].letter}{decimal_text(value)}" for name, value in values.items()]
    return "-".join([kind.replace("_", "-"), *parts])


def _told(value: Decimal, language: str) -> str:
    text = decimal_text(value)
    return text.replace(".", ",") if language == "ru" else text


def _lapse(months: int, language: str) -> str:
    if not months:
        return sentence("optimise.never_lapse", {}, language)
    return sentence("optimise.lapse", {"months": months}, language)


def _model_of(base: Document) -> Model:
    """The numbers of a document that can be varied: rates, thresholds, the time to lapse, discounts."""
    axes: dict[str, Axis] = {}
    if any(True for _ in _rated(base)):
        axes["rate"] = Axis("r", _numbers("0.5", "0.75", "1", "1.5", "2"))
    if any(level.get("threshold") for level in _levels(base)):
        axes["threshold"] = Axis("t", _numbers("0.5", "1", "2"))
    if any(True for _ in _lapsing(base)):
        axes["expiry"] = Axis("x", _numbers("0.5", "1", "2"), between=False)
    if any(True for _ in _discounts(base)):
        axes["card"] = Axis("p", _numbers("0.5", "1", "1.5"))

    def build(shop: Shop, values: Values) -> Document:
        return _varied(base, values)

    return Model(BASE, axes, build)


def _varied(base: Document, values: Values) -> Document:
    """The document with its rates, thresholds, times and discounts multiplied."""
    made = deepcopy(base)
    for params, name in _rated(made):
        params[name] = _times(params[name], values["rate"])
    for level in _levels(made):
        if level.get("threshold"):
            product_of = Decimal(str(level["threshold"])) * values["threshold"]
            level["threshold"] = decimal_text(product_of.quantize(Decimal(1)))
    for after in _lapsing(made):
        for unit in ("months", "days"):
            if after.get(unit):
                after[unit] = max(1, int(after[unit] * values["expiry"]))
    for holder in _discounts(made):
        percent = Decimal(_times(holder["percent"], values["card"]))
        holder["percent"] = decimal_text(min(percent, Decimal(100)))
    return made


def _times(value: Any, factor: Decimal) -> str:
    return decimal_text((Decimal(str(value)) * factor).quantize(_FIGURES_KEPT))


def _rated(document: Document) -> Iterator[tuple[dict[str, Any], str]]:
    """Where the points for money stand: rates per amount, by tier, by category, by brand."""
    for rule in document.get("earning", ()):
        if rule["mechanic"] not in ("rate_per_amount", "category_rates"):
            continue
        params = rule["params"]
        for name in _RATES:
            if params.get(name):
                yield params, name
        for table in ("by_tier", "categories", "brands"):
            yield from ((params[table], key) for key in params.get(table, ()))


def _levels(document: Document) -> list[dict[str, Any]]:
    levels: list[dict[str, Any]] = (document.get("tiers") or {}).get("levels", [])
    return levels


def _lapsing(document: Document) -> Iterator[dict[str, Any]]:
    for currency in document["currencies"].values():
        expiry = currency.get("expiry") or {}
        if expiry.get("kind") in ("after", "inactivity"):
            yield expiry["after"]


def _discounts(document: Document) -> Iterator[dict[str, Any]]:
    yield from (level["discount"] for level in _levels(document) if level.get("discount"))
    for promotion in document.get("promotions", ()):
        if promotion["kind"] == "discount_card":
            params = promotion["params"]
            yield from params.get("steps", ())
