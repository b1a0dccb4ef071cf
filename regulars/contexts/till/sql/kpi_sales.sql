-- Receipts by period and place, of everybody and of members; periods are numbered from 1.
SELECT width_bucket(s.occurred_at, %(starts)s::timestamptz[]) AS period,
       CASE WHEN %(by_store)s THEN s.store ELSE '' END AS place,
       s.member_id <> %(nobody)s AS of_member,
       count(*), sum(s.gross_minor)::bigint, sum(s.discount_minor)::bigint,
       sum(s.points_minor)::bigint, sum(s.paid_minor)::bigint
FROM till_sale s
WHERE s.occurred_at >= %(since)s AND s.occurred_at < %(until)s
GROUP BY 1, 2, 3
