"""English sentences of the HTTP API: what is wrong with a request as such."""

SENTENCES = {
    "title.400": "The request is malformed",
    "title.401": "No valid key",
    "title.403": "Not allowed",
    "title.404": "Not found",
    "title.405": "Method not allowed",
    "title.409": "Not possible as things stand",
    "title.413": "The request is too large",
    "title.415": "Wrong kind of contents",
    "title.422": "The request cannot be taken as it is",
    "title.429": "Too many requests",
    "title.500": "A fault of ours",
    "title.503": "Not available at the moment",
    "request.not_json": "The body is not JSON.",
    "request.body_missing": "The body is missing.",
    "request.too_large": "The body is larger than {most_bytes} bytes.",
    "request.media_type": "The body must be sent as application/json.",
    "request.path_unknown": "There is no such address.",
    "request.method_not_allowed": "This address does not know this method.",
    "request.field_missing": "This field is missing.",
    "request.field_unknown": "There is no such field here.",
    "request.value_invalid": "This value cannot be used here.",
    "request.type_wrong": "The value is of the wrong kind.",
    "request.out_of_range": "The number is out of its bounds.",
    "request.length_wrong": "Too few or too many.",
    "request.text_malformed": "The text is too long, too short or has signs that are not allowed.",
    "request.moment_malformed": (
        "A moment is needed with its offset from UTC, such as 2026-11-21T18:30:00+03:00."
    ),
    "request.day_malformed": "A day is needed, written as 2001-12-31.",
    "request.quantity_malformed": (
        "A quantity is a number above zero with at most 3 decimals, such as 2 or 0.137."
    ),
    "request.line_twice": "Two lines have the same id.",
    "request.total_too_large": "The amount is too large.",
    "request.member_needed": "Only a member can pay with points: say who it is.",
    "request.card_of_goods": "A gift card's number belongs to a line that sells or tops one up.",
    "request.codes_with_quote": "With a quote, codes, promotions to switch on and gift cards stand in the quote.",
    "request.pay_with_quote": "With a quote, what is paid in points stands in the quote.",
    "request.member_named_once": "Name the member in exactly one way.",
    "request.nothing_to_change": "Nothing is said that could be changed.",
    "request.document_once": "Send either `document` or `yaml`.",
    "request.parameter_twice": "This parameter is given twice.",
    "request.too_many": "Too many requests. Try again in {retry_after_s|second|seconds}.",
    "request.too_many_failures": (
        "Too many tries that found nothing. Try again in {retry_after_s|second|seconds}."
    ),
    "api.unavailable": "The service is not available at the moment. Send the same request again.",
    "api.fault": "Something went wrong on our side. It is recorded; the same request may be sent again.",
    "api.wrong_plane": "This key is not for this part of the API.",
}
