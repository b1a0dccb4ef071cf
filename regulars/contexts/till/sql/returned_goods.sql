-- What returns gave back, by their own numbers: of which line of which sale, how much, of what goods.
SELECT k.store, k.till, k.number, s.store AS sale_store, s.till AS sale_till,
       s.number AS sale_number, l.line ->> 0 AS line_id, l.line ->> 1 AS sku,
       (r.lines ->> (l.line ->> 0))::bigint AS quantity
FROM unnest($1::text[], $2::text[], $3::text[]) AS k(store, till, number)
JOIN till_claim c
    ON c.store = k.store AND c.till = k.till AND c.number = k.number AND c.kind = 'return'
JOIN till_return r ON r.bucket = c.bucket AND r.member_id = c.member_id AND r.id = c.entry_id
JOIN till_sale s ON s.bucket = r.bucket AND s.member_id = r.member_id AND s.id = r.sale_id
CROSS JOIN LATERAL json_array_elements(s.receipt -> 'lines') AS l(line)
WHERE r.lines ->> (l.line ->> 0) IS NOT NULL
