-- What analytics may read of the ledger: every posting of every transaction, without facts and reasons.
CREATE OR REPLACE TEMP VIEW published_posting AS
SELECT t.member_id AS member, t.seq, t.kind, t.occurred_at, t.posted_at AS received_at, t.source,
       t.postings::text AS postings
FROM ledger_transaction t;
