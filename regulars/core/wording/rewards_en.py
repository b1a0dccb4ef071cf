"""English sentences about rewards and their redemption."""

SENTENCES = {
    "reward.not_found": "There is no such reward.",
    "reward.redemption_not_found": "There is no such redemption.",
    "reward.code_taken": "There is a reward «{reward}» already.",
    "reward.invalid": "The reward cannot be like this: {field}.",
    "reward.currency_unknown": "The programme in force has no currency «{currency}».",
    "reward.currency_not_spendable": "The currency «{currency}» only counts towards tiers.",
    "reward.tier_unknown": "The programme in force has no tier «{tier}».",
    "reward.changed_meanwhile": (
        "Somebody has changed the reward «{reward}» meanwhile. Look at it again, then repeat."
    ),
    "reward.ended": "The reward «{reward}» has ended and stays as it is. Make a new one.",
    "reward.not_offered": "The reward «{reward}» is not on offer now.",
    "reward.sold_out": "The reward «{reward}» is out of stock.",
    "reward.limit_reached": (
        "The reward «{reward}» can be had {limit|time|times} by one member, and that is reached."
    ),
    "reward.other_tiers": "The reward «{reward}» is for these tiers only: {tiers}.",
    "reward.key_reused": "This request key was used for another reward before.",
    "reward.member_not_active": "The member's account is closed or blocked: no rewards.",
    "reward.redeemed": "The reward «{reward}» for points.",
    "reward.cancelled": "The reward «{reward}» was given back; so are the points.",
}
