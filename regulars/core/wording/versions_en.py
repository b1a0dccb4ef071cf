"""English sentences about versions of the programme and their publication."""

SENTENCES = {
    "programme.not_found": "There is no version {number} of the programme.",
    "programme.publication_not_found": "There is no such publication of the programme.",
    "programme.none_in_force": "No programme is in force at this moment: publish a version first.",
    "programme.not_a_draft": (
        "Version {number} is no draft any more and stays as it is. "
        "Make a new draft from it instead."
    ),
    "programme.not_approved": (
        "Version {number} cannot be published: only an approved version that was not dropped can."
    ),
    "programme.changed_meanwhile": (
        "Somebody has changed version {number} meanwhile. Look at it again, then repeat."
    ),
    "programme.version_in_use": (
        "Version {number} is in force or soon will be. Withdraw its publication first."
    ),
    "programme.version_dropped": "Version {number} has been retired or withdrawn already.",
    "programme.never_live": (
        "Version {number} has never been in force, so there is nothing to go back to. "
        "Publish it instead."
    ),
    "programme.publication_over": (
        "This publication of version {number} is over: it was withdrawn, or a later one has "
        "taken its place."
    ),
    "programme.nothing_left": (
        "Without version {number} no programme would be in force. Publish another version; "
        "it takes over by itself."
    ),
    "programme.backdating_refused": (
        "There are sales already, so no version can be put in force in the past any more."
    ),
    "programme.succession_broken": "This version cannot follow the ones that have been in force.",
    "programme.money_changed": (
        "The money of the programme cannot change from {old} to {new}: "
        "past sales are reckoned in it."
    ),
    "programme.currency_dropped": (
        "The currency «{currency}» is missing, but members may hold it. Keep it and leave it "
        "without rules to end it."
    ),
    "programme.currency_scale_changed": (
        "The currency «{currency}» had {old} decimals and now has {new}. That would change the "
        "worth of every balance; make a new currency instead."
    ),
    "programme.currency_kind_changed": (
        "The currency «{currency}» was of the kind «{old}» and is now «{new}». Members hold "
        "balances of it; make a new currency instead."
    ),
}
