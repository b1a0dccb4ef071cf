"""English sentences about economic plans."""

SENTENCES = {
    "plan.invalid": "The plan has {count|problem|problems}.",
    "plan.range_half": "A range has two ends: state low and high, or neither.",
    "plan.range_order": "Low, likely and high must not fall.",
    "plan.out_of_bounds": "The number must lie between {low} and {high}, its range too.",
    "plan.worth_nothing": "A point must be worth more than nothing.",
    "plan.tiers_over_all": "The tiers hold more than all members together.",
    "plan.item_unknown": "There is no budget item «{item}» on offer; leave it out and state group and unit.",
    "plan.item_incomplete": "A budget item that is not on offer needs a group and a unit.",
    "plan.item_never": "The item ends before it begins.",
    "plan.one_off_lasts": "What is paid once has no last month.",
    "plan.item_after_end": "The item begins after the plan's {months|month|months}.",
    "plan.code_twice": "The code «{code}» stands here twice.",
    "plan.assumption_unknown": "The plan has no assumption «{name}».",
    "plan.correlated_with_itself": "An assumption cannot be correlated with itself.",
    "plan.correlations_contradict": "The correlations contradict each other: no numbers can move like that.",
}
