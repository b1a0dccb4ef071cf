"""English sentences about saved lists of members and requests to support."""

SENTENCES = {
    "saved_view.not_found": "There is no such list.",
    "saved_view.name_invalid": "A list needs a name of at most 60 characters.",
    "saved_view.too_many": "More than {limit} lists cannot be kept. Remove one first.",
    "support.not_found": "There is no such request.",
    "support.invalid": "Say what is asked or answered, in at most 2,000 characters.",
    "support.decided": "A colleague has answered this request already.",
}
