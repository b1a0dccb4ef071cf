-- At each edge: members who bought within the horizon before it, and those of them who did not before the next edge.
WITH edges AS (
    SELECT edge, number FROM unnest(%(edges)s::timestamptz[]) WITH ORDINALITY AS e (edge, number)
), present AS (
    SELECT DISTINCT e.number, s.bucket, s.member_id
    FROM edges e
    JOIN till_sale s ON s.occurred_at >= e.edge - %(horizon)s::interval AND s.occurred_at < e.edge
    WHERE s.member_id <> %(nobody)s
)
SELECT a.number, count(*), count(*) FILTER (WHERE b.member_id IS NULL)
FROM present a
LEFT JOIN present b
    ON b.number = a.number + 1 AND b.bucket = a.bucket AND b.member_id = a.member_id
GROUP BY 1
