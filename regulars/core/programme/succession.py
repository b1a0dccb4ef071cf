"""What a new version may not change, because balances of the old ones are reckoned in it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from regulars.core.refusal import Refused


class CurrencyLike(Protocol):
    """What succession asks of a currency."""

    @property
    def scale(self) -> int: ...

    @property
    def kind(self) -> str: ...


class ProgrammeLike(Protocol):
    """What succession asks of a programme document."""

    @property
    def money(self) -> str: ...

    @property
    def money_scale(self) -> int: ...

    @property
    def currencies(self) -> Mapping[str, CurrencyLike]: ...


class SuccessionBroken(Refused):
    """A version that balances of an earlier one cannot be carried into.

    `problems` holds every one of them; the first is the code, pointer and params of the refusal.
    """

    code = "programme.succession_broken"
    kind = "invalid"

    def __init__(self, problems: "tuple[SuccessionProblem, ...]") -> None:
        first = problems[0]
        super().__init__(pointer=first.pointer, **dict(first.params))
        self.code = first.code
        self.problems = problems


class SuccessionProblem(NamedTuple):
    """One thing that may not change: where, and the code and params of its sentence."""

    pointer: str
    code: str
    params: tuple[tuple[str, object], ...]


def succession_problems(
    earlier: Iterable[ProgrammeLike], new: ProgrammeLike
) -> tuple[SuccessionProblem, ...]:
    """What in `new` contradicts a version that has been in force; empty when nothing does.

    The money and its decimals stay, every currency stays with its decimals and its kind: amounts in
    the ledger are minor units, and nobody's balance may change its worth or lose its name. A
    currency is ended by leaving it without rules.
    """
    found: dict[str, SuccessionProblem] = {}
    for old in earlier:
        for problem in _problems_between(old, new):
            found.setdefault(problem.pointer, problem)
    return tuple(found[pointer] for pointer in sorted(found))


def _problems_between(old: ProgrammeLike, new: ProgrammeLike) -> Iterable[SuccessionProblem]:
    if (old.money, old.money_scale) != (new.money, new.money_scale):
        yield _problem("/money", "programme.money_changed", old=old.money, new=new.money)
    for code, currency in old.currencies.items():
        successor = new.currencies.get(code)
        pointer = f"/currencies/{code}"
        if successor is None:
            yield _problem(pointer, "programme.currency_dropped", currency=code)
        elif successor.scale != currency.scale:
            yield _problem(
                f"{pointer}/scale",
                "programme.currency_scale_changed",
                currency=code,
                old=currency.scale,
                new=successor.scale,
            )
        elif (successor.kind == "status") != (currency.kind == "status"):
            yield _problem(
                f"{pointer}/kind",
                "programme.currency_kind_changed",
                currency=code,
                old=str(currency.kind),
                new=str(successor.kind),
            )


def _problem(pointer: str, code: str, **params: object) -> SuccessionProblem:
    return SuccessionProblem(pointer, code, tuple(params.items()))
