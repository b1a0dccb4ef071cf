"""A budget as people type it: an amount of money, or a share of sales."""

import re
from fractions import Fraction
from typing import NamedTuple

from regulars.core.refusal import Invalid

_NUMBER = re.compile(r"^\d{1,12}([.,]\d{1,6})?$")


class BudgetWrong(Invalid):
    """Neither an amount such as 50000.00 nor a share such as 2%."""

    code = "budget.wrong"


class Budget(NamedTuple):
    """At most so much: a share of sales (`is_share`), or an amount in whole units of money."""

    most: Fraction
    is_share: bool

    def as_share(self, sales: Fraction) -> Fraction:
        """The budget as a share of these sales (whole units of money); nothing of no sales."""
        if self.is_share:
            return self.most
        return self.most / sales if sales else Fraction(0)


def read_amount(text: str) -> Fraction:
    """`50000`, `50 000,50`: an amount of money. Raises BudgetWrong."""
    plain = text.strip().replace("\u00a0", "").replace(" ", "").replace("_", "")
    if not _NUMBER.match(plain):
        raise BudgetWrong(told=text[:40])
    return Fraction(plain.replace(",", "."))


def read_budget(text: str) -> Budget:
    """`2%` is a share of sales, `50000` an amount. Raises BudgetWrong."""
    plain = text.strip()
    if not plain.endswith("%"):
        return Budget(read_amount(plain), is_share=False)
    share = read_amount(plain[:-1]) / 100
    if not 0 <= share <= 1:
        raise BudgetWrong(told=text[:40])
    return Budget(share, is_share=True)
