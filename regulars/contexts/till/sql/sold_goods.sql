-- Lines of sales that returns may be matched to: of members with some goods, or of sales by their number.
SELECT s.bucket, s.member_id, s.store, s.till, s.number, s.id AS sale_id, s.occurred_at,
       l.place::int AS place, l.line ->> 0 AS line_id, l.line ->> 1 AS sku,
       (l.line ->> 2)::bigint AS quantity, (l.line ->> 4)::bigint AS amount_minor,
       coalesce((s.returned ->> (l.line ->> 0))::bigint, 0) AS returned
FROM (
    SELECT s.*
    FROM unnest($1::smallint[], $2::uuid[]) AS m(bucket, id)
    JOIN till_sale s ON s.bucket = m.bucket AND s.member_id = m.id
    UNION ALL
    SELECT s.*
    FROM unnest($3::text[], $4::text[], $5::text[]) AS k(store, till, number)
    JOIN till_claim c
        ON c.store = k.store AND c.till = k.till AND c.number = k.number AND c.kind = 'sale'
    JOIN till_sale s ON s.bucket = c.bucket AND s.member_id = c.member_id AND s.id = c.entry_id
) AS s
CROSS JOIN LATERAL json_array_elements(s.receipt -> 'lines') WITH ORDINALITY AS l(line, place)
WHERE l.line ->> 1 = ANY ($6::text[]) AND (l.line ->> 2)::bigint > 0
