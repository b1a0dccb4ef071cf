-- Members by the period of their first receipt; periods are numbered from 1, what was earlier is 0.
SELECT width_bucket(f.first_at, %(edges)s::timestamptz[]), count(*)
FROM (
    SELECT min(s.occurred_at) AS first_at
    FROM till_sale s
    WHERE s.member_id <> %(nobody)s
    GROUP BY s.bucket, s.member_id
) AS f
GROUP BY 1
