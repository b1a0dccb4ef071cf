"""What assumptions, groups and items of a plan are called in a report."""

from regulars.core.economics.document import Item, Plan
from regulars.core.economics.plan import assumptions
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence


def titles_of(plan: Plan, language: str) -> dict[str, str]:
    """What each assumption of the plan is called, by its name."""
    return {name: title_of(plan, name, language) for name in assumptions(plan)}


def title_of(plan: Plan, name: str, language: str) -> str:
    """What one assumption is called; items and tiers by their own titles."""

    def said(code: str) -> str:
        return sentence(f"plan.of_{code}", {}, language)

    head, _, rest = name.partition(".")
    code, _, field = rest.rpartition(".")
    if head == "budget":
        item = next(each for each in plan.budget if each.code == code)
        return f"{item.name(language)}: {said(f'item.{field}')}"
    if code.startswith("tiers."):
        tier = next(each for each in plan.programme.tiers if f"tiers.{each.code}" == code)
        own = text_in(tier.title, language) if tier.title else tier.code
        return f"{own}: {said(f'tier.{field}')}"
    return said(name)


def unit_of(item: Item, language: str) -> str:
    """What a budget item is paid for."""
    return sentence(f"plan.unit_{item.kind}", {}, language)


def group_name(group: str, language: str) -> str:
    """A group of costs."""
    return sentence(f"plan.cost_{group}", {}, language)
