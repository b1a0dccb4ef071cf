"""What the tables, charts and page of a comparison share: its words, names of candidates, money."""

from fractions import Fraction

from regulars.core.economics.outcome import Comparison, Outcome, Told
from regulars.core.metrics.rfm import SEGMENTS
from regulars.core.wording.catalogue import sentence
from regulars.core.wording.telling import Units, figure, tell
from regulars.documents.analysis_page import shown
from regulars.documents.analysis_tables import Kind


class Words:
    """Sentences and figures of one comparison in one language."""

    def __init__(self, found: Comparison, language: str) -> None:
        self.found = found
        self.language = language
        self.scale = 10**found.money_scale

    def __call__(self, code: str, **params: object) -> str:
        return sentence(f"simulation_page.{code}", params, self.language)

    def told(self, told: Told) -> str:
        """What the replay itself says: an assumption or a gap."""
        units = Units(self.found.money, self.found.money_scale, {})
        return tell(told.code, told.params, units, self.language)

    def segment(self, code: str) -> str:
        """An RFM segment by its name."""
        return SEGMENTS[code][self.language == "ru"] if code in SEGMENTS else code

    def names(self) -> list[str]:
        """The candidates' names as charts and heads show them: titles where they differ, else codes."""
        titles = [outcome.title for outcome in self.found.outcomes]
        if len(set(titles)) == len(titles):
            return titles
        return [f"{outcome.title} ({outcome.code})" for outcome in self.found.outcomes]

    def money(self, minor: float, *, whole: bool = False) -> str:
        """An amount with its currency; with `whole`, units without minor ones."""
        if whole:
            text = figure(round(minor / self.scale), 0, self.language)
        else:
            text = figure(round(minor), self.found.money_scale, self.language)
        return f"{text}\u00a0{self.found.money}".rstrip()

    def show(self, value: float | None, kind: Kind) -> str:
        """A figure as people read it."""
        return shown(value, kind, self.language)


def month_label(month: int) -> str:
    """Month number years × 12 + months as `2026-10`."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def share_of(part: float | Fraction, whole: float) -> float | None:
    """`part` of `whole`, None of nothing."""
    return float(part) / whole if whole else None


def cost_of(outcome: Outcome) -> tuple[int, int, int]:
    """The cost at worth by what it is: discounts, points spent, points still to be spent; minor units."""
    totals = outcome.totals
    ahead = max(0, outcome.cost_minor - totals.discounts_minor - totals.spent_minor)
    return totals.discounts_minor, totals.spent_minor, ahead
