"""English sentences about coupons: batches, codes, what happened to them, and the commands."""

SENTENCES = {
    "coupon.batch_not_found": "There is no such batch of coupons.",
    "coupon.not_found": "There is no such coupon.",
    "coupon.mistyped": "The check character does not fit: the code was misread or mistyped.",
    "coupon.batch_code_taken": "There is a batch «{batch}» already.",
    "coupon.batch_revoked": "The batch «{batch}» is revoked and stays as it is. Make a new one.",
    "coupon.batch_has_no_pattern": (
        "The codes of the batch «{batch}» come from elsewhere: import them, or make a batch with a pattern."
    ),
    "coupon.batch_invalid": "The batch cannot be like this: {field}.",
    "coupon.promotion_unknown": (
        "The programme in force has no promotion «{promotion}» that coupons switch on."
    ),
    "coupon.count_invalid": "From 1 to {most|code|codes} at once.",
    "coupon.pattern_invalid": (
        "A pattern has ? (letter or digit), # (digit) and at its end, if wanted, * (check character);"
        " letters, digits and dashes stand for themselves. For example SPRING-????-???*."
    ),
    "coupon.pattern_guessable": (
        "{count|code|codes} of this pattern could be found by guessing; {most|is|are} safe."
        " Add {more|more ?|more ?} to the pattern."
    ),
    "coupon.none_left": "All codes of the batch «{batch}» have been given out. Import more.",
    "coupon.owner_not_active": "The member's account is closed or blocked: no coupons.",
    "coupon.code_malformed": (
        "This is no code: {least} to {most} letters, digits and signs are, spaces and dashes not counted."
    ),
    "coupon.row_invalid": "This cannot be understood: {field}.",
    "coupon.code_taken": "The code stands in another batch.",
    "coupon.code_confusable": (
        "There is a code already that people could not tell from this one (0 and O, 1 and I, dashes)."
    ),
    "coupon.owner_unknown": "Nobody has this card or outside number.",
    "code.pause": (
        "Too many wrong codes of late: codes are looked at again in {seconds|second|seconds}."
    ),
    "coupon.status.waiting": "not given out yet",
    "coupon.status.not_yet": "not good yet",
    "coupon.status.ready": "ready",
    "coupon.status.reserved": "reserved by a quote",
    "coupon.status.used": "used up",
    "coupon.status.expired": "expired",
    "coupon.status.revoked": "revoked",
    "coupon.status.batch_revoked": "revoked with its batch",
    "coupon.what.issued": "issued",
    "coupon.what.reserved": "reserved by a quote",
    "coupon.what.released": "let go by a quote",
    "coupon.what.used": "used with a sale",
    "coupon.what.given_back": "given back by a return",
    "coupon.what.revoked": "revoked",
    "coupon.kind.made": "made here",
    "coupon.kind.imported": "from elsewhere",
    "coupon.kind.issued": "issued by sales and rewards",
    "coupon.batch_open": "open",
    "coupon.batch_closed": "revoked",
    "cli.coupons_batch": "Batch",
    "cli.coupons_promotion": "Promotion",
    "cli.coupons_pattern": "Codes",
    "cli.coupons_made": "Coupons",
    "cli.coupons_status": "Status",
    "cli.coupons_until": "Good until",
    "cli.coupons_none": "There are no coupons yet.",
    "cli.coupons_generating": "Making codes",
    "cli.coupons_generated": "{count|coupon|coupons} made in the batch «{batch}».",
    "cli.coupons_importing": "Importing codes",
    "cli.coupons_imported": "{added|code|codes} added, {found} there already.",
    "cli.coupons_rejected": "{rows|row|rows} not taken; they are in {file}.",
    "cli.coupons_reject": "line {line}: {reason}",
    "cli.coupons_no_code_column": "The file has no column with codes. Say which: --column code=HEADING.",
    "cli.coupons_columns_unclear": "«{told}» does not fit: FIELD=HEADING, where FIELD is code, uses, since, until, card or external.",
    "cli.coupons_columns": "Columns: {columns}",
    "cli.coupons_exporting": "Exporting codes",
    "cli.coupons_exported": "{coupons|coupon|coupons} written to {file}.",
    "cli.coupons_revoked": "The coupon is revoked.",
    "cli.coupons_batch_revoked": "The batch «{batch}» is revoked with all its coupons.",
    "cli.coupons_which": "Say what: codes, or --batch.",
    "cli.coupons_one_coupon": "{coupon}: {status}. Promotion «{promotion}», batch «{batch}», used {uses} of {uses_max}.",
    "cli.coupons_window": "Good from {since} until {until}.",
    "cli.coupons_owner": "Belongs to the member {member}.",
    "cli.coupons_moment": "{at}  {what}  {source}  {by}",
    "cli.promotions_none": "The programme has no promotions.",
    "cli.promotions_id": "Promotion",
    "cli.promotions_kind": "Kind",
    "cli.promotions_trigger": "Switched on by",
    "cli.promotions_title": "Name",
    "cli.promotions_valid": "In force",
    "cli.promotions_on": "yes",
    "cli.promotions_off": "switched off",
    "cli.promotions_to_pay": "To pay: {amount} of {before}",
    "cli.promotions_code": "Code {typed}: {reason}",
    "cli.promotions_missed": "→ {offer}",
    "cli.promotions_receipt_unreadable": "The receipt cannot be read: {problem}",
}
