"""English sentences about stores and tills."""

SENTENCES = {
    "store.not_found": "There is no such store.",
    "store.code_taken": "There is a store «{store}» already.",
    "store.not_active": "The store «{store}» is closed.",
    "till.not_found": "There is no such till in this store.",
    "till.code_taken": "The store «{store}» has a till «{till}» already.",
    "till.not_active": "The till «{till}» of the store «{store}» is switched off.",
    "place.code_malformed": (
        "A code has 1 to 40 Latin letters, digits, dots, hyphens and underscores, "
        "and starts with a letter or a digit."
    ),
    "text.malformed": (
        "This text is missing, has more than {length_max|character|characters} "
        "or has control characters."
    ),
    "place.time_zone_unknown": "There is no time zone «{time_zone}».",
}
