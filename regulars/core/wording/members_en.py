"""English sentences about members, their identifiers, consents and cards."""

SENTENCES = {
    "member.not_found": "There is no such member.",
    "member.closed": (
        "This membership was merged into another or erased; it does not change any more."
    ),
    "member.changed": (
        "The member was changed by somebody else meanwhile (now version {version}). Read it again."
    ),
    "member.data_invalid": "What is said about the member cannot be so.",
    "member.text_too_long": "This text is too long.",
    "member.reason_invalid": "A reason of 1 to 200 characters is needed.",
    "member.date_malformed": "This is not a date. Write it as 2001-12-31 or 31.12.2001.",
    "member.enrolled_in_future": "The enrolment lies in the future.",
    "member.birthday_in_future": "The birthday lies in the future.",
    "member.birthday_too_old": "The birthday lies too far in the past.",
    "member.birthday_locked": "The birthday cannot be changed now.",
    "member.birthday_changed_lately": "The birthday can be changed once a year. Support can help.",
    "member.birthday_too_near": (
        "The birthday cannot be moved to one of the next 31 days. Support can help."
    ),
    "member.tags_too_many": "A member has at most 100 tags.",
    "member.tag_malformed": "A tag is 1 to 60 letters, digits, spaces and .:/-_",
    "member.attributes_too_many": "A member has at most 100 attributes.",
    "member.attribute_malformed": (
        "An attribute has a name like shoe_size and is a text, a whole number or yes/no."
    ),
    "member.identifier_taken": "Somebody is enrolled with this card, phone or address already.",
    "member.identifier_missing": (
        "At least a card number, a phone, an address or a number in another system is needed."
    ),
    "member.identifiers_disagree": "These identifiers belong to different members.",
    "member.identifiers_too_many": "A member has at most 20 identifiers.",
    "member.identifier_ambiguous": (
        "This fits several members. Say whether it is a card, a phone or a number."
    ),
    "member.referrer_not_found": "Who is said to have referred this member is not found.",
    "member.enrolment_contended": (
        "Others are enrolling with the same identifiers right now. Try again."
    ),
    "member.merge_with_self": "A member cannot be merged with itself.",
    "consent.malformed": (
        "Purpose, channel, text version or proof of the consent cannot be taken as they are."
    ),
    "identifier.malformed": "This is no identifier.",
    "identifier.form_malformed": "The form of the card cannot be taken as it is.",
    "identifier.card_malformed": "A card number is 4 to 32 Latin letters and digits.",
    "identifier.card_not_ours": "This card number is mistyped, or such a card was never issued.",
    "identifier.phone_malformed": "This is not a phone number.",
    "identifier.email_malformed": "This is not an e-mail address.",
    "identifier.external_malformed": "A number in another system is 1 to 100 visible characters.",
    "identifier.app_malformed": "This is not a code of the member app.",
    "identifier.not_found": "The member has no such identifier.",
    "identifier.blocked": "This identifier is blocked or replaced.",
    "identifier.card_stays": "A card is not removed: block it or replace it.",
    "card_range.invalid": "Code, prefix, length, checksum or number of cards do not fit together.",
    "card_range.overlaps": "The range {other} has some of these numbers, or the same code.",
    "card_range.not_found": "There is no such range of card numbers.",
    "card_range.too_full": (
        "So many numbers would make the range easy to guess: it gives {left|more number|more "
        "numbers}."
    ),
    "card_range.warn_public_numbers": (
        "These EAN-13 numbers belong to goods all over the world. Use 020–029, 040–049 or 200–299."
    ),
    "card_range.warn_weighed_goods": (
        "Tills often read such numbers as weighed goods: check that none of yours does, or "
        "reserve another range."
    ),
    "member.status_not_imported": (
        "Only active members are imported; block this one afterwards if need be."
    ),
    "table.unreadable": "The file cannot be read as a table with headings.",
    "table.row_malformed": "The row is no CSV: look at its quotes.",
    "table.row_undecodable": "The row has characters that cannot be read.",
    "table.row_too_long": "The row has more cells than there are headings.",
    "cli.members_columns": "Columns: {columns}.",
    "cli.members_columns_left": (
        "Columns left alone: {columns}. Use --column FIELD=HEADING to name one."
    ),
    "cli.members_columns_unclear": (
        "--column «{told}» does not fit: FIELD=HEADING, each once, the heading as it stands "
        "in the file."
    ),
    "cli.members_importing": "Importing members",
    "cli.members_exporting": "Exporting members",
    "cli.members_imported": "{created|member|members} enrolled, {found} were there already.",
    "cli.members_reject": "Line {line}: {reason}",
    "cli.members_rejected": "{rows|row|rows} not taken; each is named in {file}.",
    "cli.members_exported": "{members|member|members} written to {file}.",
}
