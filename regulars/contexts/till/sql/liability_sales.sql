-- What members paid less what they got back, by month of `starts` (from 1); nothing that came at or after the
-- month's cut-off. Both sums are of goods, not of gift cards and top-ups.
SELECT month, sum(minor)::bigint
FROM (
    SELECT width_bucket(s.occurred_at, %(starts)s::timestamptz[]) AS month, s.received_at AS came,
           s.paid_minor AS minor
    FROM till_sale s
    WHERE s.occurred_at >= %(since)s AND s.occurred_at < %(until)s AND s.member_id <> %(nobody)s
    UNION ALL
    SELECT width_bucket(r.occurred_at, %(starts)s::timestamptz[]), r.received_at,
           -coalesce((r.decision ->> 'spend')::bigint, r.refund_minor)
    FROM till_return r
    WHERE r.occurred_at >= %(since)s AND r.occurred_at < %(until)s AND r.member_id <> %(nobody)s
) AS moved
WHERE came < (%(cutoffs)s::timestamptz[])[month]
GROUP BY month
