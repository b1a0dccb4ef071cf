-- What analytics may read of members: no contact data, no identifiers, no birthdays, no attributes.
-- `holder` is who holds the books now: another member where two were made one.
CREATE OR REPLACE TEMP VIEW published_member AS
WITH RECURSIVE led AS (
    SELECT m.id, m.id AS holder, m.merged_into_id AS next FROM members_member m
    UNION ALL
    SELECT led.id, m.id, m.merged_into_id
    FROM led JOIN members_member m ON m.id = led.next
)
SELECT m.id, led.holder, m.status, m.enrolled_at, coalesce(m.store_enrolled, '') AS store,
       m.referred_by_id IS NOT NULL AS referred
FROM members_member m JOIN led ON led.id = m.id AND led.next IS NULL;
