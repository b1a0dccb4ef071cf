"""What a version may change of the ones before it, and what it may not."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from regulars.core.programme.succession import succession_problems

KINDS = ("points", "status", "stamps", "cashback")


class Currency(NamedTuple):
    scale: int
    kind: str


class Document(NamedTuple):
    money: str
    money_scale: int
    currencies: dict[str, Currency]


currencies = st.builds(Currency, scale=st.integers(0, 2), kind=st.sampled_from(KINDS))
documents = st.builds(
    Document,
    money=st.sampled_from(["RUB", "EUR"]),
    money_scale=st.just(2),
    currencies=st.dictionaries(st.sampled_from("abc"), currencies, max_size=3),
)


@given(document=documents)
def test_every_version_may_follow_itself(document):
    assert succession_problems([document, document], document) == ()


@given(document=documents, more=currencies)
def test_a_currency_may_be_added(document, more):
    wider = document._replace(currencies=document.currencies | {"new": more})
    assert succession_problems([document], wider) == ()


@given(earlier=st.lists(documents, max_size=4), new=documents)
def test_what_follows_soundly_keeps_the_worth_of_every_balance(earlier, new):
    problems = succession_problems(earlier, new)
    keeps = all(
        (old.money, old.money_scale) == (new.money, new.money_scale)
        and all(
            code in new.currencies
            and new.currencies[code].scale == held.scale
            and (new.currencies[code].kind == "status") == (held.kind == "status")
            for code, held in old.currencies.items()
        )
        for old in earlier
    )
    assert (not problems) == keeps
    assert len({problem.pointer for problem in problems}) == len(problems)


@given(earlier=st.lists(documents, max_size=4), new=documents)
def test_the_order_of_the_earlier_versions_does_not_change_where_the_problems_are(earlier, new):
    forwards = succession_problems(earlier, new)
    backwards = succession_problems(earlier[::-1], new)
    assert [p.pointer for p in forwards] == [p.pointer for p in backwards]
