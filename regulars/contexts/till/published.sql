-- What analytics may read of the tills. Nothing that names a person or a card: receipts without their
-- numbers, cashiers, payments and attributes.
CREATE OR REPLACE TEMP VIEW published_sale AS
SELECT s.id, NULLIF(s.member_id, '00000000-0000-0000-0000-000000000000'::uuid) AS member,
       s.occurred_at, s.received_at, s.store, s.channel, s.tier, s.version,
       s.gross_minor, s.discount_minor, s.points_minor, s.paid_minor,
       (s.receipt -> 'lines')::text AS lines, (s.decision -> 'due')::text AS due
FROM till_sale s;

-- `refund_minor` is what goods brought back, without gift cards and top-ups; `cost_minor` the share of the
-- lines' costs that falls on what came back, each rounded half up; null where one of them has no cost.
CREATE OR REPLACE TEMP VIEW published_return AS
SELECT r.id, NULLIF(r.member_id, '00000000-0000-0000-0000-000000000000'::uuid) AS member,
       r.occurred_at, r.received_at, r.store, r.sale_id,
       coalesce((r.decision ->> 'spend')::bigint, r.refund_minor) AS refund_minor,
       r.lines::text AS lines,
       (SELECT CASE WHEN count(*) = count(b.cost) THEN coalesce(sum(b.cost), 0)::bigint END
        FROM (SELECT round((l.line ->> 8)::numeric * (r.lines ->> (l.line ->> 0))::numeric
                           / (l.line ->> 2)::numeric) AS cost
              FROM json_array_elements(s.receipt -> 'lines') AS l(line)
              WHERE r.lines ->> (l.line ->> 0) IS NOT NULL
                AND coalesce(l.line ->> 12, 'goods') = 'goods') AS b) AS cost_minor
FROM till_return r
LEFT JOIN till_sale s ON s.bucket = r.bucket AND s.member_id = r.member_id AND s.id = r.sale_id;
