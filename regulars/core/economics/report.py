"""All that is told of a plan at once: its case, scenarios, what matters, how sure it is, what happened."""

from typing import NamedTuple

from regulars.core.economics.actuals import Tracking
from regulars.core.economics.document import Plan
from regulars.core.economics.monte_carlo import Risk, simulate
from regulars.core.economics.results import Case
from regulars.core.economics.scenarios import Compared, compare_scenarios
from regulars.core.economics.sensitivity import Tornado, tornado_of

PATHS = 20_000


class Report(NamedTuple):
    """A plan and what it comes to; `compared` begins with the plan itself, `tracking` if there is any."""

    plan: Plan
    compared: tuple[Compared, ...]
    tornado: Tornado
    risk: Risk
    tracking: Tracking | None

    @property
    def case(self) -> Case:
        """The plan's likely case."""
        return self.compared[0].case


def report_of(
    plan: Plan, tracking: Tracking | None = None, *, paths: int = PATHS, seed: int = 1
) -> Report:
    """Everything about a plan. Raises PlanInvalid where its correlations contradict each other."""
    risk = simulate(plan, paths=paths, seed=seed)
    return Report(plan, compare_scenarios(plan), tornado_of(plan), risk, tracking)
