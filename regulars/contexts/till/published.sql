-- What analytics may read of the tills. Nothing that names a person or a card: receipts without their
-- numbers, cashiers, payments and attributes.
CREATE OR REPLACE TEMP VIEW published_sale AS
SELECT s.id, NULLIF(s.member_id, '00000000-0000-0000-0000-000000000000'::uuid) AS member,
       s.occurred_at, s.received_at, s.store, s.channel, s.tier, s.version,
       s.gross_minor, s.discount_minor, s.points_minor, s.paid_minor,
       (s.receipt -> 'lines')::text AS lines, (s.decision -> 'due')::text AS due
FROM till_sale s;

CREATE OR REPLACE TEMP VIEW published_return AS
SELECT r.id, NULLIF(r.member_id, '00000000-0000-0000-0000-000000000000'::uuid) AS member,
       r.occurred_at, r.received_at, r.store, r.sale_id, r.refund_minor, r.lines::text AS lines
FROM till_return r;
