"""A comparison of candidates as tables of ready cells: the same for page, CSV files and workbook."""

from collections.abc import Callable, Iterator, Sequence

from regulars.core.economics.outcome import Comparison, Figures, Group, Outcome, Versus
from regulars.documents.analysis_tables import Cell, Kind, Table
from regulars.documents.simulation_words import Words, cost_of, month_label, share_of

Row = tuple[Cell, ...]


def tables_of(found: Comparison, language: str) -> list[Table]:
    """Every table of a comparison that has rows, in the order in which it reads."""
    words = Words(found, language)
    made = [
        _assumptions(words),
        comparison_table(found, language),
        _response(words),
        _costs(words),
        _liability(words),
        _deciles(words),
        _segments(words),
        _versus(words),
        _rewards(words),
        _tiers(words),
        _redemption(words),
        _promotions(words),
        _limits(words),
        _currencies(words),
        _months(words),
        _rows(words),
    ]
    return [table for table in made if table.rows]


def comparison_table(found: Comparison, language: str) -> Table:
    """All candidates side by side: what a board looks at first."""
    words = Words(found, language)
    heads = ("candidate", "gross", "net_sales", "discounts", "issued", "spent", "held", "cost",
             "cost_share", "cost_stated", "rate", "effective", "discount_rate", "redemption",
             "reach")  # fmt: skip
    kinds: tuple[Kind, ...] = (
        "text", *_same("money", 7), "share", "money", *_same("share", 5)
    )  # fmt: skip
    rows = []
    for name, one in _named(words):
        totals, rates = one.totals, one.rates
        amounts = (totals.gross_minor, totals.sales_minor, totals.discounts_minor,
                   totals.issued_minor, totals.spent_minor, totals.outstanding_minor,
                   one.cost_minor)  # fmt: skip
        rows.append(
            (
                name,
                *(amount / words.scale for amount in amounts),
                share_of(one.cost_minor, totals.sales_minor),
                one.cost_stated_minor / words.scale,
                rates.reward,
                rates.effective,
                rates.discount,
                rates.redemption,
                rates.reach,
            )
        )
    return _table(words, "comparison", heads, kinds, rows)


def months_of(found: Comparison) -> list[int]:
    """Every month that some candidate has figures for, in order."""
    return sorted({month for outcome in found.outcomes for month in outcome.months})


def monthly_cost(figures: Figures) -> int:
    """What a month cost at worth: discounts given and points spent in it; minor units."""
    return figures.discounts_minor + figures.spent_minor


def vintages_of(outcome: Outcome) -> dict[int, tuple[float, float]]:
    """Points issued and spent by the month they were earned in, at worth in minor units of money."""
    found: dict[int, tuple[float, float]] = {}
    for currency in outcome.currencies.values():
        worth = float(currency.worth)
        for month, flows in currency.vintages.items():
            issued, spent = found.get(month, (0.0, 0.0))
            found[month] = issued + flows.issued * worth, spent + flows.spent * worth
    return found


def tier_months(outcome: Outcome) -> tuple[list[int], list[str]]:
    """Months and tiers that an outcome tells of; nothing where everybody is always on the same."""
    codes = list(dict.fromkeys(code for levels in outcome.tiers.values() for code in levels))
    return (sorted(outcome.tiers), codes) if len(codes) > 1 else ([], [])


def _named(words: Words) -> Iterator[tuple[str, Outcome]]:
    return zip(words.names(), words.found.outcomes, strict=True)


def _table(
    words: Words, code: str, heads: Sequence[str], kinds: Sequence[Kind], rows: Sequence[Row]
) -> Table:
    return Table(code, words(code), tuple(words(head) for head in heads), tuple(kinds), tuple(rows))


def _wide(
    words: Words,
    code: str,
    first: str,
    labels: Sequence[tuple[str, object]],
    kind: Kind,
    cell: Callable[[Outcome, object], Cell],
) -> Table:
    """A row a label, a column a candidate."""
    heads = (words(first), *words.names())
    rows = [
        (label, *(cell(outcome, key) for outcome in words.found.outcomes)) for label, key in labels
    ]
    kinds: tuple[Kind, ...] = ("text", *_same(kind, len(words.found.outcomes)))
    return Table(code, words(code), heads, kinds, tuple(rows))


def _assumptions(words: Words) -> Table:
    rows: list[Row] = [(words("assumed"), words.told(told)) for told in words.found.assumptions]
    for name, outcome in _named(words):
        rows += [(f"{words('unknown')}: {name}", words.told(told)) for told in outcome.gaps]
    return _table(words, "assumptions", ("kind", "text"), ("text", "text"), rows)


def _response(words: Words) -> Table:
    """What the ends of the stated response make of sales and cost."""
    rows: list[Row] = []
    for name, likely in _named(words):
        ends = words.found.ends.get(likely.code)
        if ends is None:
            continue
        trio = (ends.low, likely, ends.high)
        sales = [one.totals.gross_minor / words.scale for one in trio]
        costs = [one.cost_minor / words.scale for one in trio]
        rows.append((name, *sales, *costs))
    heads = ("candidate", "gross_low", "gross", "gross_high", "cost_low", "cost", "cost_high")
    kinds: list[Kind] = ["text", *_same("money", 6)]
    return _table(words, "response", heads, kinds, rows)


def _costs(words: Words) -> Table:
    def cell(outcome: Outcome, month: object) -> Cell:
        figures = outcome.months.get(month)  # type: ignore[call-overload]
        return None if figures is None else monthly_cost(figures) / words.scale

    return _wide(words, "costs", "month", _month_labels(words), "money", cell)


def _month_labels(words: Words) -> list[tuple[str, object]]:
    return [(month_label(month), month) for month in months_of(words.found)]


def _liability(words: Words) -> Table:
    months = sorted({month for one in words.found.outcomes for month in one.liability})
    heads = [words("month")]
    kinds: list[Kind] = ["text"]
    for name in words.names():
        heads += [f"{name}: {words(part)}" for part in ("held", "expected", "breakage")]
        kinds += ["money", "money", "share"]
    rows = []
    for month in months:
        row: list[Cell] = [month_label(month)]
        for outcome in words.found.outcomes:
            told = outcome.liability.get(month)
            row += (
                [None, None, None]
                if told is None
                else [told.outstanding_minor / words.scale, told.expected_minor / words.scale,
                      told.breakage]
            )  # fmt: skip
        rows.append(tuple(row))
    outcomes = words.found.outcomes
    if not any(told.outstanding_minor for one in outcomes for told in one.liability.values()):
        rows = []
    return Table("liability", words("liability"), tuple(heads), tuple(kinds), tuple(rows))


def _deciles(words: Words) -> Table:
    codes = (
        [group.code for group in words.found.outcomes[0].deciles] if words.found.outcomes else []
    )
    return _grouped(words, "deciles", "decile", codes, lambda one: one.deciles, str)


def _segments(words: Words) -> Table:
    seen = [group.code for one in words.found.outcomes for group in one.segments]
    codes = list(dict.fromkeys(seen))
    return _grouped(words, "segments", "segment", codes, lambda one: one.segments, words.segment)


def _grouped(
    words: Words,
    code: str,
    first: str,
    groups: Sequence[str],
    of: Callable[[Outcome], tuple[Group, ...]],
    name: Callable[[str], str],
) -> Table:
    """Members and sales of each group under the first candidate, then what each candidate gives it."""
    heads = [words(first), words("members"), words("gross")]
    kinds: list[Kind] = ["text", "count", "money"]
    for candidate in words.names():
        heads += [f"{candidate}: {words('reward')}", words("of_gross"), words("winners"),
                  words("losers")]  # fmt: skip
        kinds += ["money", "share", "count", "count"]
    rows = []
    for group_code in groups:
        found = [
            next((group for group in of(outcome) if group.code == group_code), Group(group_code, Figures()))
            for outcome in words.found.outcomes
        ]  # fmt: skip
        first_figures = found[0].figures
        row: list[Cell] = [name(group_code), first_figures.members]
        row.append(first_figures.gross_minor / words.scale)
        for group in found:
            reward = group.figures.reward_minor
            row += [reward / words.scale, share_of(reward, group.figures.gross_minor),
                    group.winners, group.losers]  # fmt: skip
        rows.append(tuple(row))
    return Table(code, words(code), tuple(heads), tuple(kinds), tuple(rows))


def _versus(words: Words) -> Table:
    rows: list[Row] = []
    for name, outcome in _named(words):
        for versus in (outcome.versus_none, outcome.versus_first):
            if versus is not None:
                rows.append((name, _against(words, versus), versus.winners, versus.losers,
                             versus.same, versus.won_minor / words.scale,
                             versus.lost_minor / words.scale))  # fmt: skip
    heads = ("candidate", "against", "winners", "losers", "same", "won", "lost")
    kinds: tuple[Kind, ...] = ("text", "text", "count", "count", "count", "money", "money")
    return _table(words, "versus", heads, kinds, rows)


def _against(words: Words, versus: Versus) -> str:
    if not versus.against:
        return words("no_programme")
    named = dict(zip((one.code for one in words.found.outcomes), words.names(), strict=True))
    return named.get(versus.against, versus.against)


def _rewards(words: Words) -> Table:
    """Members by what they got in hand, as a share of what they bought."""
    outcomes = words.found.outcomes
    histograms = [outcome.rewards.in_hand_permille for outcome in outcomes]
    used = [k for cells in histograms for k, (_, count) in enumerate(cells) if count]
    bounds = [bound for bound, _ in histograms[0][: max(used, default=-1) + 1]] if outcomes else []
    labels: list[tuple[str, object]] = []
    lower = 0
    for place, bound in enumerate(bounds):
        if bound is None:
            label = words("from_share", low=_percent(words, lower))
        elif lower == 0 and bound <= 1:
            label = words("got_nothing")
        else:
            label = words("between_shares", low=_percent(words, lower), high=_percent(words, bound))
        labels.append((label, place))
        lower = bound or lower

    def cell(outcome: Outcome, place: object) -> Cell:
        histogram = outcome.rewards.in_hand_permille
        members = sum(count for _, count in histogram)
        return share_of(histogram[place][1], members) if isinstance(place, int) else None

    return _wide(words, "rewards", "in_hand", labels, "share", cell)


def _percent(words: Words, permille: int) -> str:
    return words.show(permille / 1000, "share")


def _tiers(words: Words) -> Table:
    rows: list[Row] = []
    for name, outcome in _named(words):
        months, codes = tier_months(outcome)
        if not months:
            continue
        for code in codes:
            last = outcome.tiers[months[-1]].get(code, 0)
            everybody = sum(outcome.tiers[months[-1]].values())
            rows.append((name, code, outcome.reached.get(code, 0), last, share_of(last, everybody)))
    heads = ("candidate", "tier", "reached", "at_the_end", "share")
    return _table(words, "tiers", heads, ("text", "text", "count", "count", "share"), rows)


def _redemption(words: Words) -> Table:
    vintages = [vintages_of(outcome) for outcome in words.found.outcomes]
    months = sorted({month for found in vintages for month, (issued, _) in found.items() if issued})
    by_code = dict(zip((one.code for one in words.found.outcomes), vintages, strict=True))

    def cell(outcome: Outcome, month: object) -> Cell:
        issued, spent = by_code[outcome.code].get(month, (0.0, 0.0))  # type: ignore[call-overload]
        return share_of(spent, issued)

    labels: list[tuple[str, object]] = [(month_label(month), month) for month in months]
    return _wide(words, "redemption", "vintage", labels, "share", cell)


def _promotions(words: Words) -> Table:
    rows: list[Row] = [
        (name, promotion, minor / words.scale, share_of(minor, outcome.totals.gross_minor))
        for name, outcome in _named(words)
        for promotion, minor in sorted(outcome.promotions.items(), key=lambda pair: -pair[1])
    ]
    heads = ("candidate", "promotion", "discounts", "of_gross")
    return _table(words, "promotions", heads, ("text", "text", "money", "share"), rows)


def _limits(words: Words) -> Table:
    rows: list[Row] = [
        (name, limit.key, limit.limit, limit.used)
        for name, outcome in _named(words)
        for limit in outcome.limits
    ]
    heads = ("candidate", "limit", "allowed", "used")
    return _table(words, "limits", heads, ("text", "text", "count", "count"), rows)


def _currencies(words: Words) -> Table:
    rows: list[Row] = []
    for name, outcome in _named(words):
        for currency in outcome.currencies.values():
            flows = currency.flows
            rows.append((name, currency.code, float(currency.worth) / words.scale, flows.issued,
                         flows.spent, flows.expired, flows.adjusted, flows.moved,
                         flows.outstanding))  # fmt: skip
    heads = ("candidate", "currency", "worth", "issued_units", "spent_units", "expired_units",
             "adjusted_units", "moved_units", "held_units")  # fmt: skip
    kinds: list[Kind] = ["text", "text", "number", *_same("count", 6)]
    return _table(words, "currencies", heads, kinds, rows)


def _months(words: Words) -> Table:
    names = ("members", "receipts", "returns")
    amounts = ("gross_minor", "discounts_minor", "points_minor", "paid_minor", "refunded_minor",
               "issued_minor", "spent_minor", "expired_minor", "outstanding_minor")  # fmt: skip
    rows: list[Row] = []
    for name, outcome in _named(words):
        for month in sorted(outcome.months):
            figures = outcome.months[month]
            counted = [getattr(figures, each) for each in names]
            money = [getattr(figures, each) / words.scale for each in amounts]
            rows.append((name, month_label(month), *counted, *money))
    heads = ("candidate", "month", *names, "gross", "discounts", "points_paid", "paid", "refunded",
             "issued", "spent", "expired", "held")  # fmt: skip
    kinds: list[Kind] = ["text", "text", *_same("count", 3), *_same("money", 9)]
    return _table(words, "months", heads, kinds, rows)


def _rows(words: Words) -> Table:
    """What became of the rows of the file: the same under every candidate."""
    if not words.found.outcomes:
        return _table(
            words, "rows", ("what", "rows_count", "amount"), ("text", "count", "money"), []
        )
    rows_found = words.found.outcomes[0].rows
    told = [("sold", rows_found.sold), ("returned", rows_found.returned),
            ("rejected", rows_found.rejected)]  # fmt: skip
    rows: list[Row] = [
        (words(f"rows_{code}"), one.rows, one.amount_minor / words.scale)
        for code, one in told
        if one.rows
    ]
    heads = ("what", "rows_count", "amount")
    return _table(words, "rows", heads, ("text", "count", "money"), rows)


def stacked_costs(found: Comparison) -> list[tuple[float, float, float]]:
    """Each candidate's cost as shares of sales: discounts, points spent, points still to be spent."""
    return [
        tuple(share_of(part, one.totals.sales_minor) or 0.0 for part in cost_of(one))  # type: ignore[misc]
        for one in found.outcomes
    ]


def _same(kind: Kind, count: int) -> list[Kind]:
    return [kind] * count
