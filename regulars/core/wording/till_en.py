"""English sentences of the till: why something was given, taken or refused."""

SENTENCES = {
    # What was decided on a receipt.
    "discount.card": "Discount of the «{tier}» card: {percent} %.",
    "payment.points": "Paid with {amount} points: {money}.",
    "payment.items": "Free for {amount} stamps: {items|item|items}.",
    "payment.promotion": "The promotion «{promotion}» cost {amount} points.",
    "payment.paid_in": "Paid in: {money}.",
    "member.rests": "A contact of this member was changed lately: for safety nothing can be spent yet.",
    "spend.unproved": (
        "So much is not paid without the member: scan the code of their app, or take the six digits under it."
    ),
    "spend.rests": "A contact was changed lately: for safety nothing can be spent yet.",
    "spend.all": "All of the balance can be spent on this receipt.",
    "spend.share": "No larger share of the receipt can be paid in this way.",
    "spend.goods": "Some of the goods cannot be paid in this way.",
    "spend.items": "So many can be had for nothing: {items|item|items}.",
    "spend.not_money": "This currency is not for paying.",
    "spend.receipt_too_small": "Paying in this way begins with receipts of {least}.",
    "spend.balance_too_small": "The balance is too small: at least {least} are needed.",
    "spend.goods_excluded": "None of these goods can be paid in this way.",
    "spend.stamps_missing": "{missing} more are needed: a free item costs {least}.",
    "return.forgiven": "{amount} of the points to be taken back had been spent and were forgiven.",
    "return.deducted": "{kept} are kept back: the goods that are kept would have cost so much more.",
    # What is refused.
    "member.not_active": "The membership is not in force: nothing can be earned or spent on it.",
    "member.identifier_blocked": "This card or number is blocked or was replaced.",
    "payment.not_possible": (
        "So much of «{currency}» cannot be spent on this receipt: "
        "from {least} to {most} in steps of {step}."
    ),
    "currency.unknown": "The programme has no currency «{currency}».",
    "promotion.unknown": "The programme has no promotion «{promotion}» that could be switched on.",
    "points.insufficient": "There are not enough points of «{currency}» for this.",
    "receipt.from_future": "The time of the receipt lies in the future. Check the clock of the till.",
    "receipt.too_late": "The receipt is older than the programme accepts.",
    "receipt.empty": "The receipt has no goods.",
    "receipt.conflict": "This number was used before for a receipt or return with other contents.",
    "sale.not_found": "There is no such sale.",
    "quote.invalid": "This quote is not one of ours.",
    "quote.changed": "The quote cannot be kept any more. Here is a fresh one; nothing was booked.",
    "return.more_than_sold": "More is given back than was sold and not yet returned.",
    "return.line_unknown": "The sale has no line «{line}».",
    "return.nothing": "A return needs at least one line with a quantity above zero.",
    "return.too_late": "The time in which goods may be returned is over.",
    "till.busy": "Too many tills want this account at once. Send the same request again.",
}
