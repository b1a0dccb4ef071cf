"""How the codes of a batch look: `SPRING-????-???*`, unguessable, easy to read out and to type."""

import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from math import ceil
from typing import NamedTuple

from regulars.core.refusal import Invalid
from regulars.core.rewards.codes import CODE_LENGTH_MAX, normalised

# 31 characters, a prime: none that is mistaken for another (0 O, 1 I L), so that one wrong or two
# swapped characters always fail the check.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
DIGITS = "0123456789"
SPARSENESS = 1_000_000
"""A guess must miss at least so many times for each code that exists."""
PATTERN_LENGTH_MAX = 40
SLOTS_MAX = 30

_PATTERN = re.compile(r"[0-9A-ZА-ЯЁ_?#*-]+")
_SLOTS = {"?": LETTERS, "#": DIGITS}
_ACCEPTED = {"?": 248, "#": 250}  # bytes from here on are drawn again: all values equally likely


class PatternInvalid(Invalid):
    """The pattern has other characters than it may, no random ones, or its `*` is not the last slot."""

    code = "coupon.pattern_invalid"


class PatternGuessable(Invalid):
    """So many codes of this pattern could be found by trying; `most` says how many are safe."""

    code = "coupon.pattern_guessable"


class _Run(NamedTuple):
    """Neighbouring slots of one kind, or a literal; `start` counts slots of the kind before it."""

    kind: str  # "?", "#", "*" or "" for a literal
    text: str
    start: int


class Pattern(NamedTuple):
    """A pattern taken apart; `text` is how codes are shown, with capitals."""

    text: str
    runs: tuple[_Run, ...]
    letters: int
    digits: int

    @property
    def space(self) -> int:
        """How many different codes it has."""
        return int(len(LETTERS) ** self.letters * len(DIGITS) ** self.digits)


def read_pattern(text: str) -> Pattern:
    """The pattern that `text` describes.

    `?` is a letter or digit without look-alikes, `#` a digit, `*` a check character after all of
    them; everything else stands for itself. Raises PatternInvalid.
    """
    shown = "".join(text.split()).upper()
    slots = [c for c in shown if c in "?#*"]
    if (
        not 0 < len(shown) <= PATTERN_LENGTH_MAX
        or _PATTERN.fullmatch(shown) is None
        or "*" in slots[:-1]
        or not 0 < len([c for c in slots if c != "*"]) <= SLOTS_MAX
    ):
        raise PatternInvalid(pointer="/pattern")
    return Pattern(shown, tuple(_runs(shown)), slots.count("?"), slots.count("#"))


def check_sparse(pattern: Pattern, count: int) -> None:
    """Raises PatternGuessable where `count` codes in all are too many for it."""
    if pattern.space < SPARSENESS * count:
        more = 1
        while pattern.space * len(LETTERS) ** more < SPARSENESS * count:
            more += 1
        most = pattern.space // SPARSENESS
        raise PatternGuessable(pointer="/pattern", count=count, most=most, more=more)


def bytes_for(pattern: Pattern, count: int) -> int:
    """So many random bytes almost surely give `count` codes: a tenth more than they are expected to."""
    return ceil(count * 1.1 * (pattern.letters + pattern.digits)) + 64


def codes_from(pattern: Pattern, randomness: bytes) -> list[str]:
    """The codes, normalised, that these random bytes give: as many as they suffice for.

    Every code of the pattern is equally likely; the same one may come twice.
    """
    cut = len(randomness) * pattern.letters // (pattern.letters + pattern.digits)
    letters, digits = _values("?", randomness[:cut]), _values("#", randomness[cut:])
    count = min(
        len(letters) // pattern.letters if pattern.letters else len(digits),
        len(digits) // pattern.digits if pattern.digits else len(letters),
    )
    letters, digits = letters[: count * pattern.letters], digits[: count * pattern.digits]
    values = {"?": (letters, pattern.letters), "#": (digits, pattern.digits)}
    texts = {
        kind: found.translate(_as_bytes(_SLOTS[kind])).decode()
        for kind, (found, _) in values.items()
    }
    parts: list[Iterable[str]] = []
    for run in pattern.runs:
        if not run.kind:
            parts.append(repeat(normalised(run.text), count))
        elif run.kind == "*":
            parts.append(_checks(pattern, letters, digits, count))
        else:
            text, each, width = texts[run.kind], values[run.kind][1], len(run.text)
            ends = range(run.start, count * each, each)
            parts.append([text[i : i + width] for i in ends])
    return ["".join(whole) for whole in zip(*parts, strict=True)]


def shown_code(code: str, pattern: Pattern) -> str:
    """A code of this pattern as it is printed: `SPR1NGAB34…` as `SPRING-AB34-…`."""
    rest = iter(code)
    shown = []
    for character in pattern.text:
        stands = character if character in "?#*" else normalised(character)
        if not stands:
            shown.append(character)
            continue
        found = next(rest, "")
        shown.append(found if character in "?#*" else character)
    return "".join(shown)


def is_of(code: str, pattern: Pattern) -> bool:
    """Whether a normalised code looks like one of this pattern, its check character aside."""
    return _expression(pattern).fullmatch(code) is not None


def has_right_check(code: str, pattern: Pattern) -> bool:
    """Whether the check character of a code that `is_of` the pattern fits; True where it has none.

    Any one wrong character and any two swapped neighbours of one kind are found (but 0 and 9 swapped
    where all are digits: that check is Luhn's).
    """
    found = _expression(pattern).fullmatch(code)
    if found is None or "*" not in pattern.text:
        return found is not None
    drawn = "".join(
        found["slots" + str(i)] for i, run in enumerate(pattern.runs) if run.kind in _SLOTS
    )
    kinds = [c for c in pattern.text if c in _SLOTS]
    values = [_SLOTS[kind].index(c) for kind, c in zip(kinds, drawn, strict=True)]
    letters = bytes(v for kind, v in zip(kinds, values, strict=True) if kind == "?")
    digits = bytes(v for kind, v in zip(kinds, values, strict=True) if kind == "#")
    (right,) = _checks(pattern, letters, digits, 1)
    return found["check"] == right


def _runs(shown: str) -> Iterable[_Run]:
    counts = {"?": 0, "#": 0}
    for match in re.finditer(r"\?+|#+|\*|[^?#*]+", shown):
        kind = match[0][0] if match[0][0] in "?#*" else ""
        if not kind and not normalised(match[0]):
            continue  # dashes alone
        yield _Run(kind, match[0], counts.get(kind, 0))
        if kind in counts:
            counts[kind] += len(match[0])


def _values(kind: str, randomness: bytes) -> bytes:
    size, accepted = len(_SLOTS[kind]), _ACCEPTED[kind]
    table = bytes(value % size for value in range(256))
    return randomness.translate(table, bytes(range(accepted, 256)))


def _as_bytes(characters: str) -> bytes:
    return characters.encode().ljust(256, b"\0")


def _checks(pattern: Pattern, letters: bytes, digits: bytes, count: int) -> list[str]:
    """Check characters, a code each: a weighted sum modulo 31, or Luhn's digit where all are digits."""
    taken = {"?": 0, "#": 0}
    columns: list[bytes] = []
    slots = [c for c in pattern.text if c in _SLOTS]
    for place, kind in enumerate(slots):
        drawn, each = (letters, pattern.letters) if kind == "?" else (digits, pattern.digits)
        column = drawn[taken[kind] :: each]
        taken[kind] += 1
        columns.append(column.translate(_weighted(place, len(slots), luhn=not pattern.letters)))
    sums = map(sum, zip(*columns, strict=True))
    if not pattern.letters:
        return [DIGITS[-total % 10] for total in sums]
    return [LETTERS[total % 31] for total in sums]


def _weighted(place: int, count: int, *, luhn: bool) -> bytes:
    if luhn:
        # From the right: the check digit itself is not doubled, its neighbour is.
        twice = (count - place) % 2 == 1
        values: Sequence[int] = [sum(divmod(2 * v, 10)) if twice else v for v in range(10)]
    else:
        values = [(place + 1) * v % 31 for v in range(31)]
    return bytes(values).ljust(256, b"\0")


def _expression(pattern: Pattern) -> re.Pattern[str]:
    parts = []
    for i, run in enumerate(pattern.runs):
        if not run.kind:
            parts.append(re.escape(normalised(run.text)))
        elif run.kind == "*":
            parts.append(f"(?P<check>[{LETTERS if pattern.letters else DIGITS}])")
        else:
            parts.append(f"(?P<slots{i}>[{_SLOTS[run.kind]}]{{{len(run.text)}}})")
    return re.compile("".join(parts))


ISSUED = read_pattern("??????-??????-?????*")
"""Codes that sales and rewards issue one by one: 84 random bits."""


def issued_codes(count: int, randomness: bytes) -> list[str]:
    """`count` codes (normalised) of the pattern `ISSUED`; `randomness`: `bytes_for(ISSUED, count)`."""
    codes = codes_from(ISSUED, randomness)[:count]
    assert len(codes) == count, "too little randomness"
    return codes


assert CODE_LENGTH_MAX >= PATTERN_LENGTH_MAX
