"""English sentences about signing in, second factors, passkeys, links, codes and their letters."""

SENTENCES = {
    "session.not_found": "There is no such session.",
    "factor.code_wrong": "These digits are not right now, or were used already.",
    "factor.too_late": "That took too long. Please start again.",
    "factor.missing": "The account has no code app to do this with.",
    "factor.confirmed": "The account has a code app already: remove it first.",
    "passkey.refused": "The passkey did not fit. Try again, or sign in another way.",
    "passkey.not_found": "There is no such passkey.",
    "passkey.too_many": "There are as many passkeys as there can be: remove one first.",
    "link.over": "This link is used up, called back or too old. Ask for a new one.",
    "link.mail_off": "This installation sends no mail yet, so nobody can be written to.",
    "code.wrong": "The code is wrong or too old. Ask for a new one after five wrong tries.",
    "code.channel_off": "No codes are sent this way here.",
    "access.proof_needed": "Show once more that it is you, then this can be done.",
    "letter.invitation.subject": "You are invited to Regulars",
    "letter.invitation.body": (
        "You are invited to work with the loyalty programme.\n\n"
        "Open this link to choose your name and password:\n{link}\n\n"
        "It is good once, for {hours|hour|hours}. If you know nothing of it, leave it."
    ),
    "letter.reset.subject": "A new password for Regulars",
    "letter.reset.body": (
        "Somebody, we hope you, asked for a new password.\n\n"
        "Open this link to choose it:\n{link}\n\n"
        "It is good once, for {hours|hour|hours}. If it was not you, leave it: nothing changes."
    ),
    "letter.code_member_sign_in.subject": "Your code",
    "letter.code_member_sign_in.body": (
        "{code} is your code to sign in.\n\n"
        "It is good for {minutes|minute|minutes}. Give it to nobody: we never ask for it."
    ),
    "letter.code_member_contact.subject": "Confirm this address",
    "letter.code_member_contact.body": (
        "{code} is your code to confirm this contact.\n\n"
        "It is good for {minutes|minute|minutes}. Give it to nobody: we never ask for it."
    ),
    "letter.contact_changed.subject": "Your contact was changed",
    "letter.contact_changed.body": (
        "Your membership is reached by another contact from now on.\n\n"
        "If that was not you, take it back by this link; it is good for {days|day|days}:\n{link}"
    ),
    "letter.contact_added.subject": "A contact was added",
    "letter.contact_added.body": (
        "Your membership is reached by one more contact from now on.\n\n"
        "If that was not you, take it back by this link; it is good for {days|day|days}:\n{link}"
    ),
    "contact.unknown": "There is no such contact.",
    "contact.same": "It is your contact already.",
    "contact.rests": "A contact was changed lately. The next can be changed later.",
    "contact.unusable": "This contact cannot be used here. Take another, or ask support.",
    "contact.link_over": "This link was used or is too old. If you did not change your contact, tell support.",
    "letter.code_member_proof.subject": "Your code",
    "letter.code_member_proof.body": (
        "{code} confirms that it is you.\n\nIt is good for {minutes|minute|minutes}. Give it to nobody: we never ask for it."
    ),
}
