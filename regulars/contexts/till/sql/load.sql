-- Everything a batch of decisions needs, in one round trip: who, their books, and what was sold before.
--
-- $1–$15 describe the commands, one array element each; $16 is the fingerprint of the ladder in force,
-- $17 and $18 the shared limits (key, period) of which the first row says how much is used, $19
-- whether members' personal offers are wanted.
-- `codes` are a command's codes, one a line; so are `cards` ($20) its gift cards, by number or, out of a
-- quote, by account. A return also gets the cards of its sale, or what each was replaced by.
-- `wants` is a set of bits: 1 open lots, 2 all lots, 4 the qualifying history. Unasked, lots come when
-- something is due by the clock, and history when the ladder is another than the account was kept for.
-- Every row is found by its key (LATERAL … LIMIT 1): no statistics can make another plan of it.
WITH c AS (
    SELECT *
    FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[],
                $7::text[], $8::text[], $9::text[], $10::bytea[], $11::text[], $12::text[],
                $13::text[], $14::text[], $15::smallint[], $20::text[])
        WITH ORDINALITY
        AS c(bucket, member, id_kind, id_value, at, store, till, number, kind, key,
             sale_store, sale_till, sale_number, codes, wants, cards, n)
)
SELECT
    c.n, (SELECT revision FROM programme_timeline WHERE id = 1) AS revision, i.status AS identifier_status,
    m.bucket, m.id AS member_id, m.status, m.rests_until, m.enrolled_at, m.birthday, m.language, m.tags, m.attributes,
    a.version, a.chain, a.next_due, a.ladder, a.state,
    CASE WHEN c.wants & 3 > 0 OR a.next_due <= c.at THEN (
        SELECT coalesce(json_agg(json_build_array(
            x.number, x.currency, x.source, (extract(epoch FROM x.earned_at) * 1000000)::bigint,
            (extract(epoch FROM x.active_at) * 1000000)::bigint,
            (extract(epoch FROM x.expires_at) * 1000000)::bigint, x.idle_days, x.idle_months,
            x.amount, x.remaining, x.held, x.expired, x.active)), '[]'::json)
        FROM ledger_lot x
        WHERE x.bucket = m.bucket AND x.member_id = m.id
          AND (x.remaining <> 0 OR c.wants & 2 > 0)
    ) END AS lots,
    CASE WHEN c.wants & 4 > 0 OR a.ladder <> $16 THEN (
        SELECT coalesce(json_agg(t.facts -> 'q') FILTER (WHERE t.facts -> 'q' IS NOT NULL), '[]'::json)
        FROM ledger_transaction t
        WHERE t.bucket = m.bucket AND t.member_id = m.id
    ) END AS history,
    CASE WHEN s.member_id <> m.id THEN (
        SELECT (t.facts -> 'offsets' ->> s.member_id::text)::int
        FROM ledger_transaction t
        WHERE t.bucket = m.bucket AND t.member_id = m.id AND t.kind = 'merge'
          AND t.facts -> 'offsets' ->> s.member_id::text IS NOT NULL
        ORDER BY t.seq DESC LIMIT 1
    ) END AS lot_offset,
    CASE WHEN c.codes IS NOT NULL THEN (
        SELECT json_agg(json_build_array(
            k.code, k.batch, b.promotion,
            k.status = 'ready' AND b.status = 'open' AND k.issued_at IS NOT NULL,
            b.transferable, k.uses_max, k.uses, k.reserved, coalesce(o.merged_into_id, k.member_id),
            (extract(epoch FROM k.since) * 1000000)::bigint,
            (extract(epoch FROM b.since) * 1000000)::bigint,
            (extract(epoch FROM k.until) * 1000000)::bigint,
            (extract(epoch FROM b.until) * 1000000)::bigint))
        FROM unnest(string_to_array(c.codes, E'\n')) AS w(code)
        CROSS JOIN LATERAL (SELECT * FROM rewards_coupon k WHERE k.code = w.code LIMIT 1) AS k
        CROSS JOIN LATERAL (
            SELECT * FROM rewards_coupon_batch b WHERE b.code = k.batch LIMIT 1
        ) AS b
        LEFT JOIN LATERAL (
            SELECT o.merged_into_id FROM members_member o
            WHERE o.bucket = k.bucket AND o.id = k.member_id
            LIMIT 1
        ) AS o ON true
    ) END AS coupons,
    CASE WHEN c.n = 1 AND cardinality($17::text[]) > 0 THEN (
        SELECT json_agg(coalesce(
            (SELECT sum(l.used) FROM till_allowance l
             WHERE l.key = w.key AND l.period = w.period), 0) ORDER BY w.n)
        FROM unnest($17::text[], $18::int[]) WITH ORDINALITY AS w(key, period, n)
    ) END AS used,
    CASE WHEN $19::boolean THEN (
        SELECT json_agg(json_build_array(
            f.promotion, (extract(epoch FROM f.activated_at) * 1000000)::bigint,
            (extract(epoch FROM f.since) * 1000000)::bigint,
            (extract(epoch FROM f.until) * 1000000)::bigint))
        FROM rewards_offer f
        WHERE f.bucket = m.bucket AND f.member_id = m.id
    ) END AS offers,
    CASE WHEN c.cards IS NOT NULL OR s.decision -> 'tenders' IS NOT NULL
           OR s.decision -> 'loads' IS NOT NULL THEN (
        SELECT json_agg(json_build_array(
            w.key, g.id, e.number, e.id, e.money, encode(g.pin_digest, 'hex'),
            b.version, encode(b.chain, 'hex'), b.next_due, b.ladder, b.state::text, (
                SELECT coalesce(json_agg(json_build_array(
                    x.number, x.currency, x.source, (extract(epoch FROM x.earned_at) * 1000000)::bigint,
                    (extract(epoch FROM x.active_at) * 1000000)::bigint,
                    (extract(epoch FROM x.expires_at) * 1000000)::bigint, x.idle_days,
                    x.idle_months, x.amount, x.remaining, x.held, x.expired, x.active)),
                    '[]'::json)::text
                FROM ledger_lot x
                WHERE x.bucket = e.bucket AND x.member_id = e.id
                  AND (x.remaining <> 0 OR c.wants & 2 > 0)
            )))
        FROM (
            SELECT unnest(string_to_array(c.cards, E'\n')) AS key
            UNION SELECT t.tender ->> 0
            FROM json_array_elements(s.decision -> 'tenders') AS t(tender)
            UNION SELECT l.load ->> 1 FROM json_array_elements(s.decision -> 'loads') AS l(load)
        ) AS w
        CROSS JOIN LATERAL (
            SELECT * FROM rewards_gift_card g WHERE g.number = w.key
            UNION ALL
            SELECT * FROM rewards_gift_card g
            WHERE g.id = CASE WHEN length(w.key) = 36 THEN w.key::uuid END
            LIMIT 1
        ) AS g
        CROSS JOIN LATERAL (
            SELECT * FROM rewards_gift_card e
            WHERE e.number = CASE WHEN c.kind = 'return' THEN coalesce(g.replaced_by, g.number)
                                  ELSE g.number END
            LIMIT 1
        ) AS e
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_account b WHERE b.bucket = e.bucket AND b.member_id = e.id
            LIMIT 1
        ) AS b ON true
    ) END AS cards,
    k.body_digest AS claim_body, k.bucket AS claim_bucket, k.member_id AS claim_member,
    k.entry_id AS claim_entry,
    u.store AS key_store, u.till AS key_till, u.number AS key_number, u.kind AS key_kind,
    s.bucket AS sale_bucket, s.member_id AS sale_member, s.id AS sale_id, s.version AS sale_version,
    s.occurred_at AS sale_occurred_at, s.tier AS sale_tier, s.channel AS sale_channel,
    s.receipt AS sale_receipt, s.decision AS sale_decision,
    s.returned AS sale_returned, s.returns AS sale_returns
FROM c
LEFT JOIN LATERAL (
    SELECT i.status, i.bucket, i.member_id
    FROM members_identifier i WHERE i.kind = c.id_kind AND i.value = c.id_value
    LIMIT 1
) AS i ON true
LEFT JOIN LATERAL (
    SELECT o.bucket, o.member_id, o.entry_id
    FROM till_claim o
    WHERE o.store = c.sale_store AND o.till = c.sale_till AND o.number = c.sale_number
      AND o.kind = 'sale'
    LIMIT 1
) AS o ON true
LEFT JOIN LATERAL (
    SELECT s.*
    FROM till_sale s
    WHERE s.bucket = o.bucket AND s.member_id = o.member_id AND s.id = o.entry_id
    LIMIT 1
) AS s ON true
LEFT JOIN LATERAL (
    SELECT f.*
    FROM members_member f
    WHERE f.bucket = coalesce(c.bucket, i.bucket, o.bucket)
      AND f.id = coalesce(c.member, i.member_id, o.member_id)
    LIMIT 1
) AS f ON true
LEFT JOIN LATERAL (
    SELECT m.*
    FROM members_member m
    WHERE m.bucket = coalesce(f.merged_into_bucket, f.bucket)
      AND m.id = coalesce(f.merged_into_id, f.id)
    LIMIT 1
) AS m ON true
LEFT JOIN LATERAL (
    SELECT a.version, a.chain, a.next_due, a.ladder, a.state
    FROM ledger_account a WHERE a.bucket = m.bucket AND a.member_id = m.id
    LIMIT 1
) AS a ON true
LEFT JOIN LATERAL (
    SELECT k.body_digest, k.bucket, k.member_id, k.entry_id
    FROM till_claim k
    WHERE k.store = c.store AND k.till = c.till AND k.number = c.number AND k.kind = c.kind
    LIMIT 1
) AS k ON true
LEFT JOIN LATERAL (
    SELECT u.store, u.till, u.number, u.kind FROM till_claim u WHERE u.key_digest = c.key LIMIT 1
) AS u ON true
ORDER BY c.n
