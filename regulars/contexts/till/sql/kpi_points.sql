-- Postings by period (0: before the first), place of the sale or return, currency and account.
SELECT CASE WHEN t.occurred_at < %(since)s THEN 0
            ELSE width_bucket(t.occurred_at, %(starts)s::timestamptz[]) END AS period,
       CASE WHEN %(by_store)s THEN coalesce(s.store, r.store, '') ELSE '' END AS place,
       p.posting ->> 0 AS currency, p.posting ->> 1 AS account,
       sum((p.posting ->> 2)::bigint)::bigint
FROM ledger_transaction t
LEFT JOIN till_sale s
    ON %(by_store)s AND t.kind = 'sale'
   AND s.bucket = t.bucket AND s.member_id = t.member_id AND s.id = t.source
LEFT JOIN till_return r
    ON %(by_store)s AND t.kind = 'return'
   AND r.bucket = t.bucket AND r.member_id = t.member_id AND r.id = t.source
CROSS JOIN LATERAL json_array_elements(t.postings) AS p(posting)
WHERE t.occurred_at < %(until)s
GROUP BY 1, 2, 3, 4
