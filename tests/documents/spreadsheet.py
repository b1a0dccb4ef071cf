"""A small spreadsheet for tests: it computes the formulas of a workbook from its inputs, and only from them.

Of functions it knows those that our workbooks use; an unknown one, or a formula it cannot read, fails
the test. Written against what Excel documents, not against `regulars.documents.live_cells`.
"""

import math
import operator
import re
from datetime import date

import openpyxl
from openpyxl.utils import column_index_from_string

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:E[+-]?\d+)?)|(?P<text>\"(?:[^\"]|\"\")*\")"
    r"|(?P<range>(?:'(?:[^']|'')+'!)?\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+)"
    r"|(?P<cell>(?:'(?:[^']|'')+'!)?\$?[A-Z]{1,3}\$?\d+)(?![A-Z(])"
    r"|(?P<name>[A-Z]+)\(|(?P<sign><=|>=|<>|[-+*/^=<>(),]))"
)
PLACE = re.compile(r"(?:'((?:[^']|'')+)'!)?\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")
BINDING = [("=", "<>", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"), ("^",)]


class Fault(Exception):
    """An error value, such as #DIV/0!."""


class Spreadsheet:
    """A workbook's formulas, computed when asked for."""

    def __init__(self, path):
        book = openpyxl.load_workbook(path)
        filled = [
            (sheet.title, cell)
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        ]
        self.cells = {(title, cell.column, cell.row): cell.value for title, cell in filled}
        self.computed = {
            (title, cell.column, cell.row) for title, cell in filled if cell.data_type == "f"
        }
        self.sheets = book.sheetnames
        self.parsed, self.known = {}, {}

    def put(self, place, number):
        """Type a number into a cell; everything is computed anew."""
        assert place not in self.computed, f"{place} is no cell to type into"
        self.cells[place] = number
        self.known = {}

    def at(self, place):
        """The value of a cell; None where there is nothing."""
        if place in self.known:
            return self.known[place]
        value = self.cells.get(place)
        if place in self.computed:
            if place not in self.parsed:
                self.parsed[place] = Reader(value[1:], place[0]).whole()
            value = self.parsed[place](self)
        self.known[place] = value
        return value

    def formulas(self):
        """The places of all formulas."""
        return sorted(self.computed)


class Reader:
    """Reads one formula into a function of the spreadsheet."""

    def __init__(self, text, sheet):
        self.sheet, self.tokens, at = sheet, [], 0
        while at < len(text):
            found = TOKEN.match(text, at)
            assert found, f"not understood: {text[at:]}"
            kind = found.lastgroup
            self.tokens.append((kind, found[kind]))
            at = found.end()

    def whole(self):
        found = self.expression(0)
        assert not self.tokens, self.tokens
        return found

    def expression(self, level):
        if level == len(BINDING):
            return self.atom()
        left = self.expression(level + 1)
        while self.tokens and self.tokens[0][0] == "sign" and self.tokens[0][1] in BINDING[level]:
            sign = self.tokens.pop(0)[1]
            left = operation(sign, left, self.expression(level + 1))
        return left

    def atom(self):
        kind, text = self.tokens.pop(0)
        if kind == "number":
            value = float(text)
            return lambda _: value
        if kind == "text":
            said = text[1:-1].replace('""', '"')
            return lambda _: said
        if kind == "cell":
            place = self.places(text)[0]
            return lambda book: book.at(place)
        if kind == "range":
            places = self.places(text)
            return lambda book: [book.at(place) for place in places]
        if kind == "name":
            return self.call(text)
        if text == "-":
            inner = self.expression(3)
            return lambda book: -number(inner(book))
        assert text == "(", text
        inner = self.expression(0)
        assert self.tokens.pop(0) == ("sign", ")")
        return inner

    def call(self, name):
        parts = []
        while self.tokens[0] != ("sign", ")"):
            parts.append(self.expression(0))
            if self.tokens[0] == ("sign", ","):
                self.tokens.pop(0)
        self.tokens.pop(0)
        if name == "IF":
            condition, yes, no = parts
            return lambda book: (yes if condition(book) else no)(book)
        function = FUNCTIONS[name]
        return lambda book: function(*(part(book) for part in parts))

    def places(self, text):
        sheet, column, row, last_column, last_row = PLACE.fullmatch(text).groups()
        sheet = (sheet or self.sheet).replace("''", "'")
        first = column_index_from_string(column), int(row)
        last = (column_index_from_string(last_column), int(last_row)) if last_column else first
        return [
            (sheet, c, r)
            for r in range(first[1], last[1] + 1)
            for c in range(first[0], last[0] + 1)
        ]


def number(value):
    if value is None:
        return 0.0
    if isinstance(value, str):
        raise Fault("#VALUE!")
    return float(value)


def operation(sign, left, right):
    compute = SIGNS[sign]

    def value(book):
        a, b = left(book), right(book)
        if sign in BINDING[0]:
            return compute(a, b)
        if isinstance(a, list) or isinstance(b, list):
            return spread(compute, a, b)
        return calculated(compute, a, b)

    return value


def spread(compute, a, b):
    """An operation on ranges, cell by cell."""
    size = len(a if isinstance(a, list) else b)
    try:
        return list(
            map(
                compute,
                a if isinstance(a, list) else [number(a)] * size,
                b if isinstance(b, list) else [number(b)] * size,
            )
        )
    except (ZeroDivisionError, OverflowError) as fault:
        raise Fault("#NUM!") from fault


def calculated(compute, a, b):
    try:
        found = compute(number(a), number(b))
    except (ZeroDivisionError, OverflowError) as fault:
        raise Fault("#NUM!") from fault
    if isinstance(found, complex):
        raise Fault("#NUM!")
    return found


def power(a, b):
    if a == 0 and b == 0:
        raise Fault("#NUM!")  # as Excel has it
    return a**b


def sum_product(one, other):
    return math.fsum(map(operator.mul, one, other))


SIGNS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": power,
    "=": operator.eq, "<>": operator.ne,
    "<": lambda a, b: number(a) < number(b), ">": lambda a, b: number(a) > number(b),
    "<=": lambda a, b: number(a) <= number(b), ">=": lambda a, b: number(a) >= number(b),
}  # fmt: skip


def numbers(*parts):
    """What functions of ranges look at: numbers alone, where they are in ranges."""
    for part in parts:
        if isinstance(part, list):
            yield from (float(each) for each in part if isinstance(each, int | float))
        else:
            yield number(part)


def npv(rate, flows):
    return sum(flow / (1 + rate) ** t for t, flow in enumerate(numbers(flows), 1))


def xnpv(rate, flows, days):
    if rate <= 0:
        raise Fault("#NUM!")
    return sum(f / (1 + rate) ** ((d - days[0]) / 365) for f, d in zip(flows, days, strict=True))


def mirr(flows, finance, reinvest):
    n = len(flows)
    back = sum(max(f, 0) / (1 + reinvest) ** (t + 1) for t, f in enumerate(flows))
    out = sum(min(f, 0) / (1 + finance) ** (t + 1) for t, f in enumerate(flows))
    if not back or not out:
        raise Fault("#DIV/0!")
    return (-back * (1 + reinvest) ** n / (out * (1 + finance))) ** (1 / (n - 1)) - 1


def index(among, place):
    if not 1 <= place <= len(among):
        raise Fault("#REF!")
    return among[int(place) - 1]


def match(value, among, kind):
    assert kind == 0
    if value not in among:
        raise Fault("#N/A")
    return among.index(value) + 1


def day_of(year, month, day):
    months = int(year) * 12 + int(month) - 1
    return (date(months // 12, months % 12 + 1, int(day)) - date(1899, 12, 30)).days


FUNCTIONS = {
    "SUM": lambda *parts: math.fsum(numbers(*parts)),
    "MIN": lambda *parts: min(numbers(*parts), default=0.0),
    "MAX": lambda *parts: max(numbers(*parts), default=0.0),
    "COUNT": lambda *parts: len(list(numbers(*parts))),
    "AND": lambda *parts: all(parts),
    "SIGN": lambda x: (number(x) > 0) - (number(x) < 0),
    "ROUND": lambda x, n: math.copysign(math.floor(abs(x) * 10**n + 0.5) / 10**n, x),
    "MOD": lambda x, y: x % y,
    "DATE": day_of,
    "SUMPRODUCT": sum_product,
    "NPV": npv, "XNPV": xnpv, "MIRR": mirr, "INDEX": index, "MATCH": match,
}  # fmt: skip
