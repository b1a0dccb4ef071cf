"""A plan and its scenarios side by side: each is the plan with some assumptions changed."""

from typing import NamedTuple

from regulars.core.economics.document import Estimate, Plan, Scenario
from regulars.core.economics.plan import with_changes
from regulars.core.economics.results import Case, case_of


class Compared(NamedTuple):
    """A scenario's case; None for the plan itself, which stands first."""

    scenario: Scenario | None
    case: Case

    @property
    def changes(self) -> dict[str, Estimate]:
        """What is different, by the name of the assumption."""
        return dict(self.scenario.set) if self.scenario else {}


def compare_scenarios(plan: Plan) -> tuple[Compared, ...]:
    """The plan as it stands, then each of its scenarios in the order of the document."""
    return (
        Compared(None, case_of(plan)),
        *(Compared(one, case_of(with_changes(plan, one.set))) for one in plan.scenarios),
    )
