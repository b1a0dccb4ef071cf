"""What is bought together, and what to offer next to whom bought what."""

from dataclasses import dataclass

import ibis
from ibis import _

from regulars.analytics.books import Books

_MILLION = 1_000_000
_RULES_A_GOOD = 10  # goods that each of the goods may speak for


@dataclass(frozen=True, slots=True)
class Pair:
    """Two goods by sku and name, in how many receipts each and both are, of how many receipts."""

    first: str
    second: str
    first_name: str
    second_name: str
    first_receipts: int
    second_receipts: int
    both: int
    receipts: int

    @property
    def support(self) -> float:
        """The share of receipts with both."""
        return self.both / self.receipts

    @property
    def confidence(self) -> float:
        """Of receipts with the first, the share with the second too."""
        return self.both / self.first_receipts

    @property
    def lift(self) -> float:
        """How many times more often together than if they were bought independently."""
        return self.both * self.receipts / (self.first_receipts * self.second_receipts)


@dataclass(frozen=True, slots=True)
class Basket:
    """What affinity is made of: `goods` (sku, name, receipts), `pairs` (a, b, both), each both ways."""

    goods: ibis.Table
    pairs: ibis.Table
    held: ibis.Table
    receipts: int


def count_basket(books: Books, *, goods: int = 300, least_receipts: int = 20) -> Basket:
    """How often the most bought `goods` are on one receipt; pairs seen less often than told are left out."""
    sold = books.lines.filter(~_.returned, _.amount_minor > 0)
    on_receipt = sold.group_by("receipt", "sku").agg(
        name=_.name.min(), customer=_.customer.max(), amount_minor=_.amount_minor.sum()
    )
    (total,) = books.engine.rows(sold.aggregate(receipts=_.receipt.nunique()))
    top = (
        on_receipt.group_by("sku")
        .agg(name=_.name.min(), receipts=_.count(), mean_minor=_.amount_minor.sum() // _.count())
        .filter(_.receipts >= least_receipts)
        .order_by(ibis.desc("receipts"), "sku")
        .limit(goods)
    )
    top = books.engine.keep(top)
    held = books.engine.keep(on_receipt.semi_join(top, "sku").select("receipt", "customer", "sku"))
    left, right = held.select("receipt", a="sku"), held.select("receipt", b="sku")
    pairs = left.join(right, "receipt").filter(_.a != _.b)
    counted = pairs.group_by("a", "b").agg(both=_.count()).filter(_.both >= least_receipts)
    return Basket(top, books.engine.keep(counted), held, total["receipts"])


def best_pairs(books: Books, basket: Basket, *, limit: int = 30) -> list[Pair]:
    """The pairs with the greatest lift, each once, of equal ones the more frequent."""
    goods = basket.goods
    named = (
        basket.pairs.filter(_.a < _.b)
        .join(goods.select(a="sku", a_name="name", a_receipts="receipts"), "a")
        .join(goods.select(b="sku", b_name="name", b_receipts="receipts"), "b")
    )
    odds = named.both.cast("float64") / (named.a_receipts * named.b_receipts).cast("float64")
    best = (
        named.mutate(odds=odds)
        .order_by(ibis.desc("odds"), ibis.desc("both"), "a", "b")
        .limit(limit)
    )
    return [
        Pair(
            row["a"],
            row["b"],
            row["a_name"] or "",
            row["b_name"] or "",
            row["a_receipts"],
            row["b_receipts"],
            row["both"],
            basket.receipts,
        )
        for row in books.engine.rows(best)
    ]


def next_offers(books: Books, basket: Basket) -> ibis.Table:
    """customer, sku, because, confidence (millionths), value_minor: one offer to each customer who has one.

    The goods not yet bought whose expected sale (confidence × mean line) is greatest, given the one
    of the goods bought that speaks for it most; of equal ones the first by sku. Of own books, only
    members who are neither blocked nor gone are offered anything.
    """
    rules = books.engine.keep(_rules(basket))
    known = basket.held.filter(_.customer.notnull())
    bought = known.group_by("customer", "sku").agg(times=_.count())
    wanted = bought.select("customer", a="sku").join(rules, "a")
    wanted = wanted.anti_join(bought.select("customer", b="sku"), ["customer", "b"])
    if books.members is not None:
        reached = books.members.filter(_.status == "active").select(customer="id")
        wanted = wanted.semi_join(reached, "customer")
    order = ibis.window(
        group_by="customer",
        order_by=(ibis.desc("value_minor"), ibis.desc("confidence"), "b", "a"),
    )
    ranked = wanted.mutate(place=ibis.row_number().over(order)).filter(_.place == 0)
    return ranked.select("customer", "confidence", "value_minor", sku="b", because="a")


def _rules(basket: Basket) -> ibis.Table:
    """a, b, confidence, value_minor: of pairs bought together more than by chance, the best few of each a."""
    goods = basket.goods
    rules = basket.pairs.join(goods.select(a="sku", a_receipts="receipts"), "a").join(
        goods.select(b="sku", b_receipts="receipts", b_mean="mean_minor"), "b"
    )
    rules = rules.filter(
        _.both.cast("float64") * basket.receipts
        > _.a_receipts.cast("float64") * _.b_receipts.cast("float64")
    )
    confidence = (rules.both * _MILLION // rules.a_receipts).cast("int64")
    rules = rules.mutate(confidence=confidence)
    rules = rules.mutate(value_minor=(_.confidence * _.b_mean // _MILLION).cast("int64"))
    order = ibis.window(
        group_by="a", order_by=(ibis.desc("value_minor"), ibis.desc("confidence"), "b")
    )
    best = rules.mutate(place=ibis.row_number().over(order)).filter(_.place < _RULES_A_GOOD)
    return best.select("a", "b", "confidence", "value_minor")
