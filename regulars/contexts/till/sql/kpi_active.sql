-- How many members bought at least once, and at least twice, by period and place.
SELECT period, place, count(*), count(*) FILTER (WHERE purchases >= 2)
FROM (
    SELECT width_bucket(s.occurred_at, %(starts)s::timestamptz[]) AS period,
           CASE WHEN %(by_store)s THEN s.store ELSE '' END AS place,
           s.bucket, s.member_id, count(*) AS purchases
    FROM till_sale s
    WHERE s.occurred_at >= %(since)s AND s.occurred_at < %(until)s AND s.member_id <> %(nobody)s
    GROUP BY 1, 2, 3, 4
) AS m
GROUP BY 1, 2
