"""English sentences that say why points were earned, or were not."""

_LIMITS = {
    "receipt": "per receipt",
    "member": "per member",
    "day": "per day",
    "week": "per week",
    "month": "per month",
    "year": "per year",
}
_OVER = {
    "cap_cut": ("This rule would give {wanted}, but its limit %s leaves {left}."),
    "cap_refused": (
        "This rule would give {wanted}; its limit %s leaves {left}, so it gives nothing."
    ),
    "currency_cap_cut": ("{wanted} would be earned in all, but the limit %s leaves {left}."),
    "currency_cap_refused": (
        "{wanted} would be earned in all; the limit %s leaves {left}, so nothing is."
    ),
}

SENTENCES = {
    "earning.rate_per_amount": "{points} for every {per} spent; {amount} counted.",
    "earning.rate_per_unit": "{points} for every unit of goods; {units} counted.",
    "earning.per_visit": "{points} for the visit.",
    "earning.fixed_bonus": "A bonus of {points}.",
    "earning.nth_purchase": "A bonus of {points} for purchase number {number}.",
    "earning.threshold_steps": "{points} for spending {least} or more; {amount} counted.",
    "earning.category_rates": "By the rates of the goods for every {per} spent; {amount} counted.",
    "earning.multiplier": "Points for these goods are multiplied by {factor}.",
    "earning.event_bonus": "A bonus of {points} for «{event}».",
    "earning.not_in_force": "The rule is not in force at this moment.",
    "earning.switched_off": "The rule is switched off.",
    "earning.no_goods": "None of the goods that the rule is about, or none that may earn.",
    "earning.nothing_given": "The conditions hold, but the mechanic gives nothing for this.",
    "earning.nothing_to_multiply": "None of the rules that it multiplies gave anything for these goods.",
    "earning.better_in_group": "Another rule of the group «{group}» gives more.",
    "earning.after_final": "A final rule stands before it, or too many rules do.",
    "earning.rounded_away": "Less than the smallest unit is left after rounding or limits.",
    "earning.other_event": "The rule is about the event «{event}».",
    "earning.used_up": "The bonus was given already ({once}).",
} | {
    f"earning.{code}.{name}": over % limit
    for code, over in _OVER.items()
    for name, limit in _LIMITS.items()
}
