-- Of every sale and return what it says that gift cards paid and that was paid in, against the books.
--
-- Somebody may have changed any of it into anything: what is no list is an empty one, what is no amount 0.
WITH said AS (
    SELECT s.id AS source, e.redeemed, e.sold
    FROM (SELECT id, decision FROM till_sale
          WHERE decision::text LIKE '%"tenders"%' OR decision::text LIKE '%"loads"%'
          OFFSET 0) AS s
    CROSS JOIN LATERAL (
        SELECT CASE WHEN t.tender ->> 2 ~ '^-?[0-9]{1,18}$' THEN (t.tender ->> 2)::bigint ELSE 0 END AS redeemed, 0::bigint AS sold
        FROM json_array_elements(CASE WHEN json_typeof(s.decision -> 'tenders') = 'array' THEN s.decision -> 'tenders' ELSE '[]'::json END) AS t(tender)
        WHERE t.tender ->> 0 <> ''
        UNION ALL
        SELECT 0, -CASE WHEN l.load ->> 4 ~ '^-?[0-9]{1,18}$' THEN (l.load ->> 4)::bigint ELSE 0 END
        FROM json_array_elements(CASE WHEN json_typeof(s.decision -> 'loads') = 'array' THEN s.decision -> 'loads' ELSE '[]'::json END) AS l(load)
    ) AS e
    UNION ALL
    SELECT r.id, e.redeemed, e.sold
    FROM (SELECT id, decision FROM till_return
          WHERE decision::text LIKE '%"tenders"%' OR decision::text LIKE '%"unloaded"%'
             OR decision::text LIKE '%"onto"%'
          OFFSET 0) AS r
    CROSS JOIN LATERAL (
        SELECT -CASE WHEN t.value ~ '^-?[0-9]{1,18}$' THEN (t.value)::bigint ELSE 0 END AS redeemed, 0::bigint AS sold
        FROM json_each_text(CASE WHEN json_typeof(r.decision -> 'tenders') = 'object' THEN r.decision -> 'tenders' ELSE '{}'::json END) AS t
        WHERE t.key ~ '^[0-9a-f]{8}-'
        UNION ALL SELECT 0, CASE WHEN r.decision ->> 'unloaded' ~ '^-?[0-9]{1,18}$' THEN (r.decision ->> 'unloaded')::bigint ELSE 0 END
        UNION ALL SELECT 0, -CASE WHEN r.decision #>> '{onto,1}' ~ '^-?[0-9]{1,18}$' THEN (r.decision #>> '{onto,1}')::bigint ELSE 0 END
    ) AS e
), posted AS (
    SELECT t.source,
           CASE WHEN p.posting ->> 1 = 'redeemed' THEN CASE WHEN p.posting ->> 2 ~ '^-?[0-9]{1,18}$' THEN (p.posting ->> 2)::bigint ELSE 0 END ELSE 0 END
               AS redeemed,
           CASE WHEN p.posting ->> 1 = 'sold' THEN CASE WHEN p.posting ->> 2 ~ '^-?[0-9]{1,18}$' THEN (p.posting ->> 2)::bigint ELSE 0 END ELSE 0 END
               AS sold
    FROM (SELECT source, kind, postings FROM ledger_transaction
          WHERE kind IN ('card_sale', 'card_return')
             OR (kind IN ('sale', 'return') AND postings::text LIKE '%"sold"%')
          OFFSET 0) AS t
    CROSS JOIN LATERAL json_array_elements(CASE WHEN json_typeof(t.postings) = 'array' THEN t.postings ELSE '[]'::json END) AS p(posting)
    WHERE t.kind IN ('card_sale', 'card_return') OR p.posting ->> 1 = 'sold'
)
SELECT source FROM (
    SELECT source, redeemed, sold FROM said UNION ALL SELECT source, -redeemed, -sold FROM posted
) AS both_sides
GROUP BY source HAVING sum(redeemed) <> 0 OR sum(sold) <> 0
ORDER BY source
