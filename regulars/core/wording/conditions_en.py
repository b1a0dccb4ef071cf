"""English sentences that say which condition does not hold."""

SENTENCES = {
    "condition.not": "What is excluded is the case.",
    "condition.any": "None of the alternatives holds.",
    "condition.dates.early": "It begins on {since}.",
    "condition.dates.late": "It ended on {until}.",
    "condition.weekday": "Only on {days}; this is {day}.",
    "condition.hours": "Only from {since} to {until}; it is {at}.",
    "condition.birthday": (
        "Only from {days_before|day|days} before the birthday to {days_after|day|days} after it."
    ),
    "condition.birthday.unknown": "The birthday is not known.",
    "condition.store": "Only in {wanted}; this is {here}.",
    "condition.store_brand": "Only in stores of {wanted}; this is {here}.",
    "condition.channel": "Only through {wanted}; this is {here}.",
    "condition.payment": "Only when paid with {methods}.",
    "condition.segment": "Only for members of {segments}.",
    "condition.tier": "Only for {wanted}; the tier is {tier}.",
    "condition.goods": "None of the goods asked for are in the receipt.",
    "condition.goods.quantity": "Needs {least} units of the goods; there are {found}.",
    "condition.goods.amount": "Needs goods for {least}; there are for {found}.",
    "condition.amount.small": "Only from {least}; the receipt comes to {found}.",
    "condition.amount.large": "Only up to {most}; the receipt comes to {found}.",
    "condition.quantity.few": "Only from {least} units; there are {found}.",
    "condition.quantity.many": "Only up to {most} units; there are {found}.",
    "condition.nth_purchase.every": "Only every purchase number {every}; this is number {number}.",
    "condition.nth_purchase.at": "Only purchase number {wanted}; this is number {number}.",
    "condition.first_purchase": "Only the first purchase; this is number {number}.",
    "condition.member_age.new": (
        "Only from day {least} in the programme; it has been {days|day|days}."
    ),
    "condition.member_age.old": (
        "Only up to day {most} in the programme; it has been {days|day|days}."
    ),
    "condition.attribute.member": "The member's field «{name}» says otherwise.",
    "condition.attribute.receipt": "The receipt's field «{name}» says otherwise.",
}
