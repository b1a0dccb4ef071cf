"""Ways to falsify closed months, or the books under them, and what `verify` has to name."""

TAMPERINGS = {
    "a figure changed": (
        """UPDATE economics_close SET content = replace(content, '"transactions":', '"transactions":1')
        WHERE number = 1""",
        {"verify.close_chain", "verify.close_inputs"},
    ),
    "the moment changed": (
        "UPDATE economics_close SET until = until + interval '1 day' WHERE number = 2",
        {"verify.close_chain", "verify.close_unreadable"},
    ),
    "what it opens with changed": (
        r"""UPDATE economics_close SET content = regexp_replace(
            content, '"entries":\[\[(\d+),(\d+),', '"entries":[[\1,1\2,') WHERE number = 2""",
        {"verify.close_chain", "verify.close_figures"},
    ),
    "nothing left of it": (
        "UPDATE economics_close SET content = '{}' WHERE number = 2",
        {"verify.close_chain", "verify.close_unreadable"},
    ),
    "the last one removed": (
        "DELETE FROM economics_close WHERE number = 2",
        {"verify.close_missing"},
    ),
    "the first one removed": (
        "DELETE FROM economics_close WHERE number = 1",
        {"verify.close_chain", "verify.close_missing", "verify.close_inputs", "verify.close_books"},
    ),
    "who did it changed": (
        "UPDATE economics_close SET by = 'staff:nobody' WHERE number = 2",
        {"verify.close_chain"},
    ),
    "the audit trail's row removed": (
        "DELETE FROM security_audit_row WHERE action = 'period.close' AND detail ->> 'number' = '2'",
        {"verify.close_unknown"},
    ),
    "a transaction moved to another month": (
        "UPDATE ledger_transaction SET occurred_at = '2025-06-01' WHERE kind = 'sale' AND seq = 1",
        {"verify.close_inputs", "verify.close_books"},
    ),
    "a receipt's money changed": (
        "UPDATE till_sale SET paid_minor = paid_minor + 1 WHERE seq = 1",
        {"verify.close_books"},
    ),
}  # fmt: skip
