-- Which receipt numbers are taken, and by what contents.
SELECT c.store, c.till, c.number, c.kind, c.body_digest
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k(store, till, number, kind)
JOIN till_claim c
    ON c.store = k.store AND c.till = k.till AND c.number = k.number AND c.kind = k.kind
