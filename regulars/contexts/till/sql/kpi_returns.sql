-- Returns by period and place, of everybody and of members; what goods brought, not gift cards and top-ups.
SELECT width_bucket(r.occurred_at, %(starts)s::timestamptz[]) AS period,
       CASE WHEN %(by_store)s THEN r.store ELSE '' END AS place,
       r.member_id <> %(nobody)s AS of_member,
       count(*), sum(coalesce((r.decision ->> 'spend')::bigint, r.refund_minor))::bigint
FROM till_return r
WHERE r.occurred_at >= %(since)s AND r.occurred_at < %(until)s
GROUP BY 1, 2, 3
