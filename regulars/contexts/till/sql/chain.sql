-- One member's transactions that had occurred by a moment, in the order of the chain.
SELECT seq, kind, occurred_at, posted_at, source, version, postings, lots, facts, hash
FROM ledger_transaction
WHERE bucket = $1 AND member_id = $2 AND occurred_at <= $3
ORDER BY seq
