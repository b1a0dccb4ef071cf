"""Reads a ledger story, lives through it in a shop, and writes it again with what the books say.

A story is a text: a title, a `programme` in YAML, then acts, one dated line each. The indented lines
under an act are its outcome; the test is that living through the acts gives the very same text.
`python -m core.ledger.story FILE…` in `tests/` writes the outcomes into the files, to be read by a
person before they are believed.
"""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import yaml
from core.ledger.shop import Shop
from make import ZONE, identity, line, moment, programme

from regulars.core.ledger.accounts import Transaction, Wallet
from regulars.core.ledger.lots import Lot
from regulars.core.purchase import Line
from regulars.core.refusal import Refused
from regulars.core.scene import decimal_text

_ACT = re.compile(r"(\d{4}-\d\d-\d\d(?: \d\d:\d\d)?)  (.+)")
_GOODS = re.compile(r"(?:([\d.]+) )?([\w-]+) for ([\d.]+)")
_SIGNS = {"issued": 0, "adjusted": 1, "transferred": 2, "pending": 3, "active": 4, "held": 5}


def retell(text: str) -> str:
    """The story with the outcomes that living through its acts gives."""
    head, _, rest = text.partition("\n\nprogramme\n")
    raw_programme, _, acts = rest.partition("\n\n")
    teller = Teller(yaml.safe_load(raw_programme) or {})
    told = [f"{head}\n\nprogramme\n{raw_programme}"]
    for paragraph in acts.strip().split("\n\n"):
        kept = [row for row in paragraph.splitlines() if not row.startswith("    ")]
        told.append("\n".join(row for said in kept for row in (said, *teller.tell(said))))
    return "\n\n".join(told) + "\n"


class Teller:
    """Lives through one story."""

    def __init__(self, parts: dict) -> None:
        self.shop = Shop(programme(**parts))
        self.seen: dict[str, int] = {}  # how many transactions of whom were told

    def tell(self, said: str) -> Iterator[str]:
        """The outcome of one line of the story; nothing for a comment."""
        if said.startswith(";"):
            return
        found = _ACT.fullmatch(said)
        if found is None:
            raise ValueError(f"not an act: {said}")
        at = moment(found[1])
        for pattern, act in _ACTS:
            words = pattern.fullmatch(found[2])
            if words:
                try:
                    yield from (f"    {row}" for row in act(self, at, **words.groupdict()))
                except Refused as refused:
                    yield f"    refused: {refused.code}"
                break
        else:
            raise ValueError(f"nobody knows how to: {found[2]}")
        assert self.shop.differences() == []
        for who in list(self.seen):
            yield from (f"    {row}" for row in self._news(who, at))

    def knows(self, who: str) -> str:
        self.seen.setdefault(who, 0)
        return who

    def _news(self, who: str, at: datetime) -> Iterator[str]:
        kept = self.shop.store.kept.get(identity(who))
        if kept is None or len(kept.transactions) == self.seen[who]:
            return
        whose = f"{who}'s " if len(self.seen) > 1 else ""
        for transaction in kept.transactions[self.seen[who] :]:
            yield from self._transaction(whose, transaction, at)
        self.seen[who] = len(kept.transactions)
        open_lots = [lot for lot in kept.lots.values() if lot.remaining]
        yield from (self._lot(lot, whose) for lot in open_lots)
        yield f"{who} has {self._holdings(who, at)}"

    def _transaction(self, whose: str, transaction: Transaction, at: datetime) -> Iterator[str]:
        same = transaction.occurred_at == at
        yield f"{whose}{transaction.kind}" + (
            "" if same else f", of {clock(transaction.occurred_at)}"
        )
        rows = yaml.safe_load(transaction.postings)
        rows.sort(key=lambda row: (row[0], _SIGNS.get(row[1], 9)))
        for currency, account, amount in rows:
            yield f"    {account:<12}{self._text(currency, amount):>9} {currency}"

    def _lot(self, lot: Lot, whose: str) -> str:
        parts = [
            f"{whose}lot {lot.number}: {self._text(lot.currency, lot.remaining)} {lot.currency}"
        ]
        if lot.remaining < 0:
            return f"{parts[0]} owed"
        if lot.held:
            parts.append(f"{self._text(lot.currency, lot.held)} of them held")
        parts.append(f"earned {clock(lot.earned_at)}")
        if not lot.active:
            parts.append(f"active from {clock(lot.active_at)}")
        if lot.expires_at:
            parts.append(f"until {clock(lot.expires_at)}")
        return ", ".join(parts)

    def _holdings(self, who: str, at: datetime) -> str:
        book = self.shop.look(who, at)
        said = []
        for code in sorted(self.shop.programme.currencies):
            wallet = book.wallet(code)
            if wallet != Wallet() or any(lot.currency == code for lot in book.lots.values()):
                said.append(self._wallet(code, wallet))
        standing = self.shop.standing(who, at)
        if standing:
            until = f" until {clock(standing.until)}" if standing.until else ""
            said.append(f"tier {standing.tier}{until}")
        return "; ".join(said) or "nothing"

    def _wallet(self, code: str, wallet: Wallet) -> str:
        said = f"{self._text(code, wallet.active)} {code}"
        if wallet.pending:
            said += f", {self._text(code, wallet.pending)} pending"
        if wallet.held:
            said += f", {self._text(code, wallet.held)} held"
        return said

    def _text(self, currency: str, amount: int) -> str:
        return decimal_text(amount, self.shop.programme.currencies[currency].scale)

    def minor(self, currency: str, amount: str) -> int:
        return int(Decimal(amount).scaleb(self.shop.programme.currencies[currency].scale))


def clock(at: datetime) -> str:
    """A moment as the shop's wall shows it; midnight is just the day."""
    local = at.astimezone(ZONE)
    return f"{local:%Y-%m-%d}" if f"{local:%H:%M}" == "00:00" else f"{local:%Y-%m-%d %H:%M}"


def _goods(text: str) -> list[Line]:
    lines = []
    for part in text.split(", "):
        found = _GOODS.fullmatch(part)
        assert found, part
        quantity, sku, amount = found.groups()
        amount_minor = int(Decimal(amount).scaleb(2))
        lines.append(line(sku, amount_minor, quantity or 1, sku=sku))
    return lines


def _buy(
    teller: Teller,
    at: datetime,
    who: str,
    name: str,
    goods: str,
    paying: str | None,
    key: str | None,
) -> Iterator[str]:
    pay: dict[str, int | None] = {}
    for wish in (paying or "").split(" and ") if paying else ():
        amount, _, currency = wish.partition(" ")
        pay[currency] = None if amount == "all" else teller.minor(currency, amount)
    sale = teller.shop.sell(teller.knows(who), name, at, _goods(goods), pay=pay, let_go=key)
    decision = sale.decision
    if decision.discount_minor:
        yield f"off {decimal_text(decision.discount_minor, 2)}"
    for payment in decision.payments:
        amount = teller._text(payment.currency, payment.amount)
        yield f"paid {decimal_text(payment.money_minor, 2)} with {amount} {payment.currency}"
    yield f"to pay {decimal_text(decision.due_minor, 2)}"


def _return(teller: Teller, at: datetime, who: str, name: str, goods: str | None) -> Iterator[str]:
    wanted = None
    if goods:
        pairs = [part.split(" ") for part in goods.split(", ")]
        wanted = {sku: int(Decimal(quantity) * 1000) for quantity, sku in pairs}
    undone = teller.shop.take_back(name, at, wanted)
    yield f"refund {decimal_text(undone.refund_minor, 2)}"
    for currency, amount in undone.reversed.items():
        forgiven = amount - undone.taken_back[currency]
        if forgiven:
            yield f"forgiven {teller._text(currency, forgiven)} {currency}"


def _hold(
    teller: Teller, at: datetime, who: str, amount: str, currency: str, key: str, until: str
) -> Iterator[str]:
    ends = moment(f"{at.astimezone(ZONE):%Y-%m-%d} {until}")
    teller.shop.hold(who, key, currency, teller.minor(currency, amount), at, ends)
    return iter(())


def _let_go(teller: Teller, at: datetime, who: str, key: str) -> Iterator[str]:
    teller.shop.release(who, key, at)
    return iter(())


def _event(teller: Teller, at: datetime, who: str, kind: str) -> Iterator[str]:
    teller.shop.event(teller.knows(who), kind, at)
    return iter(())


def _adjust(teller: Teller, at: datetime, who: str, amount: str, currency: str) -> Iterator[str]:
    teller.shop.adjust(teller.knows(who), currency, teller.minor(currency, amount), at)
    return iter(())


def _redeem(
    teller: Teller, at: datetime, who: str, amount: str, currency: str, name: str
) -> Iterator[str]:
    teller.shop.redeem(who, name, currency, teller.minor(currency, amount), at)
    return iter(())


def _cancel(teller: Teller, at: datetime, who: str, name: str) -> Iterator[str]:
    teller.shop.cancel_redemption(name, at)
    return iter(())


def _grant(teller: Teller, at: datetime, who: str, tier: str, until: str) -> Iterator[str]:
    teller.shop.grant(teller.knows(who), tier, at, moment(until))
    return iter(())


def _merge(teller: Teller, at: datetime, loser: str, winner: str) -> Iterator[str]:
    teller.shop.merge(teller.knows(loser), teller.knows(winner), at)
    return iter(())


def _look(teller: Teller, at: datetime, who: str) -> Iterator[str]:
    yield f"{who} has {teller._holdings(who, at)}"


def _night(teller: Teller, at: datetime) -> Iterator[str]:
    for who in teller.seen:
        teller.shop.settle(who, at)
    return iter(())


_PATTERNS: dict[str, Callable[..., Iterator[str]]] = {
    r"(?P<who>\w+) buys (?P<name>\w+): (?P<goods>.+?)(?:; pays (?P<paying>.+?))?"
    r"(?:; as set aside in (?P<key>\w+))?": _buy,
    r"(?P<who>\w+) returns (?P<name>\w+)(?:: (?P<goods>.+))?": _return,
    r"(?P<who>\w+) sets aside (?P<amount>[\d.]+) (?P<currency>\w+) as (?P<key>\w+)"
    r" until (?P<until>\d\d:\d\d)": _hold,
    r"(?P<who>\w+) lets (?P<key>\w+) go": _let_go,
    r"(?P<who>\w+) does (?P<kind>\w+)": _event,
    r"(?P<who>\w+) is corrected by (?P<amount>-?[\d.]+) (?P<currency>\w+)": _adjust,
    r"(?P<who>\w+) spends (?P<amount>[\d.]+) (?P<currency>\w+) on (?P<name>\w+)": _redeem,
    r"(?P<who>\w+) gives back (?P<name>\w+)": _cancel,
    r"(?P<who>\w+) is put on (?P<tier>\w+) until (?P<until>[\d-]+)": _grant,
    r"(?P<loser>\w+) becomes one with (?P<winner>\w+)": _merge,
    r"(?P<who>\w+) looks at the balance": _look,
    r"the night job runs": _night,
}
_ACTS = [(re.compile(pattern), act) for pattern, act in _PATTERNS.items()]


if __name__ == "__main__":
    for named in sys.argv[1:]:
        Path(named).write_text(retell(Path(named).read_text()))
