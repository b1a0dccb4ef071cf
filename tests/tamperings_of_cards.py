"""Ways of falsifying gift cards, and what must be found; each changes the card whose id it is given."""

OF_CARDS = {
    "more on a lot": (
        "UPDATE ledger_lot SET remaining = remaining + 1 WHERE member_id = %s",
        {"verify.balance"},
    ),
    "a card called blocked": (
        "UPDATE rewards_gift_card SET status = 'blocked' WHERE id = %s",
        {"verify.card_status"},
    ),
    "a payment of another sale": (
        "UPDATE ledger_transaction SET source = gen_random_uuid() WHERE member_id = %s",
        {"verify.card_sale"},
    ),
    "postings that are none": (
        """UPDATE ledger_transaction SET postings = '[["gift_card", "sold", "much"], 7]'
        WHERE member_id = %s""",
        {"verify.card_sale"},
    ),
    "points on a card": (
        """UPDATE ledger_account SET state = replace(state::text, '"gift_card":',
        '"points":[0,5,0],"gift_card":')::json WHERE member_id = %s""",
        {"verify.card_money"},
    ),
    "marks that are none": (
        """UPDATE ledger_account SET state = '{"w": {"gift_card": [0, 0, 0]}, "c": {"card": [[0, "x"]]}}'
        WHERE member_id = %s""",
        {"verify.card_status"},
    ),
    "a card gone from the register": (
        "UPDATE rewards_gift_card SET id = gen_random_uuid() WHERE id = %s",
        {"verify.card_missing"},
    ),
}
