-- Members by the period in which they joined (0: before the first), and by the store where they did.
SELECT CASE WHEN m.enrolled_at < %(since)s THEN 0
            ELSE width_bucket(m.enrolled_at, %(starts)s::timestamptz[]) END AS period,
       CASE WHEN %(by_store)s THEN coalesce(m.store_enrolled, '') ELSE '' END AS place,
       count(*)
FROM members_member m
WHERE m.enrolled_at < %(until)s AND m.status IN ('active', 'blocked')
GROUP BY 1, 2
