"""English sentences of the ledger: what each movement on a statement is, and what is refused."""

SENTENCES = {
    "ledger.spend_unknown": "Nothing was spent under this reference, or it was given back already.",
    "ledger.amount_invalid": "A correction of zero corrects nothing.",
    "tier.unknown": "The programme has no tier «{tier}».",
    "ledger.event": "For: {event}.",
    "ledger.adjustment": "Correction: {text}",
    "ledger.tier_granted": "Put on the level «{tier}»: {text}",
    "ledger.merge": "Two accounts of one person became one: {text}",
    # Kinds of transactions, as a statement names them.
    "movement.sale": "Purchase",
    "movement.return": "Return of goods",
    "movement.event": "Bonus",
    "movement.spend": "Spent",
    "movement.unspend": "Given back",
    "movement.adjust": "Correction",
    "movement.grant": "Level granted",
    "movement.hold": "Set aside for a purchase",
    "movement.release": "No longer set aside",
    "movement.activate": "Points became usable",
    "movement.expire": "Points expired",
    "movement.merge": "Accounts merged",
    "movement.merged": "Moved to another account",
}
