-- The reservations of a coupon that still last at a moment, with what is held now; nulls let go.
CREATE OR REPLACE FUNCTION till_reserved(reserved jsonb, held jsonb, now_micros bigint) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN reserved = '{}' AND held IS NULL THEN reserved ELSE (
        SELECT coalesce(jsonb_object_agg(r.key, r.value), '{}')
        FROM jsonb_each(reserved || coalesce(held, '{}')) AS r
        WHERE r.value <> 'null' AND (r.value #>> '{}')::bigint >= now_micros
    ) END
$$;

-- What sales, returns and quotes do to coupons, under the row locks of the coupons in the order of codes.
--
-- A row is one of: a use taken (`uses` 1; the reservation of `quote` goes with it), a use given back
-- (-1), a use set aside for a quote (0 with `until`, micros), such a reservation let go (0 without
-- `until`), a coupon withdrawn where it was never used (0 without `quote`). Where a coupon no longer
-- allows what is asked, nothing is saved (SQLSTATE RG002) and the caller decides again. Group 0 is «no
-- member»; rows of groups that were not saved do nothing, nor does letting go what is not held. What
-- was done is told in the coupon's journal.
-- Every coupon is found by its code, in the order of the codes: the plan is a nested loop over `m`.
CREATE OR REPLACE FUNCTION till_move_coupons(
    ok boolean[], c_group int[], c_code text[], c_uses smallint[], c_quote text[], c_until bigint[],
    c_source uuid[], c_bucket smallint[], c_member uuid[], at timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    now_micros bigint := (extract(epoch FROM at) * 1000000)::bigint;
    asked int;
    given int;
    withdrawn text[];
BEGIN
    WITH m AS MATERIALIZED (
        SELECT c.code, sum(c.uses)::int AS uses,
               bool_or(c.uses > 0 OR c.until IS NOT NULL) AS asks,
               bool_or(c.uses = 0 AND c.quote = '') AS withdraws,
               jsonb_object_agg(c.quote, c.until ORDER BY c.n) FILTER (WHERE c.quote <> '') AS held
        FROM unnest(c_group, c_code, c_uses, c_quote, c_until)
            WITH ORDINALITY AS c(g, code, uses, quote, until, n)
        WHERE c.g = 0 OR ok[c.g]
        GROUP BY c.code
        ORDER BY c.code COLLATE "C"
    ), moved AS (
        UPDATE rewards_coupon k
        SET uses = k.uses + m.uses,
            reserved = till_reserved(k.reserved, m.held, now_micros),
            status = CASE WHEN m.withdraws AND k.uses + m.uses = 0
                               AND till_reserved(k.reserved, m.held, now_micros) = '{}'
                          THEN 'revoked' ELSE k.status END
        FROM m
        WHERE k.code = m.code
          AND (NOT m.asks OR (
              k.status = 'ready' AND k.issued_at IS NOT NULL
              AND (SELECT b.status FROM rewards_coupon_batch b WHERE b.code = k.batch) = 'open'
              AND k.uses + m.uses
                  + CASE WHEN k.reserved = '{}' AND m.held IS NULL THEN 0
                         ELSE (SELECT count(*) FROM jsonb_object_keys(
                                   till_reserved(k.reserved, m.held, now_micros)))
                    END <= k.uses_max))
        RETURNING k.code, k.status, m.asks, m.withdraws
    )
    SELECT (SELECT count(*) FROM m WHERE m.asks), count(*) FILTER (WHERE v.asks),
           array_agg(v.code) FILTER (WHERE v.withdraws AND v.status = 'revoked')
    INTO asked, given, withdrawn
    FROM moved v;
    IF given < asked THEN
        RAISE EXCEPTION 'a coupon was used meanwhile' USING ERRCODE = 'RG002';
    END IF;

    INSERT INTO rewards_coupon_event (code, source, what, at, bucket, member_id)
    SELECT c.code, c.source,
           CASE WHEN c.uses > 0 THEN 'used' WHEN c.uses < 0 THEN 'given_back'
                WHEN c.quote = '' THEN 'revoked' WHEN c.until IS NULL THEN 'released'
                ELSE 'reserved' END,
           at, c.bucket, c.member
    FROM unnest(c_group, c_code, c_uses, c_quote, c_until, c_source, c_bucket, c_member)
        AS c(g, code, uses, quote, until, source, bucket, member)
    WHERE (c.g = 0 OR ok[c.g])
      AND CASE WHEN c.uses <> 0 OR c.until IS NOT NULL THEN true
               WHEN c.quote = '' THEN c.code = ANY (withdrawn)
               ELSE EXISTS (SELECT 1 FROM rewards_coupon_event e
                            WHERE e.code = c.code AND e.source = c.source AND e.what = 'reserved')
          END
    ON CONFLICT DO NOTHING;
END
$$;

-- Coupons that sales bring their buyers: [{g, code, promotion, bucket, member, since, until, source,
-- sale_bucket, sale_member}…]. A code that is taken is a unique violation and undoes the whole call.
CREATE OR REPLACE FUNCTION till_issue_coupons(ok boolean[], issued json, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO rewards_coupon_batch (code, title, promotion, kind, uses_max, bound, transferable,
                                      status, made, created_at, created_by, changed_at)
    SELECT DISTINCT ON (i.promotion)
           'issued:' || i.promotion, i.promotion, i.promotion, 'issued', 1, false, true,
           'open', 0, at, 'till', at
    FROM json_to_recordset(issued) AS i(g int, promotion text)
    WHERE (i.g = 0 OR ok[i.g])
      AND NOT EXISTS (SELECT 1 FROM rewards_coupon_batch b WHERE b.code = 'issued:' || i.promotion)
    ORDER BY i.promotion
    ON CONFLICT DO NOTHING;

    INSERT INTO rewards_coupon (code, batch, status, uses_max, uses, reserved, bucket, member_id,
                                since, until, issued_at, source)
    SELECT i.code, 'issued:' || i.promotion, 'ready', 1, 0, '{}', i.bucket, i.member,
           i.since, i.until, at, i.source
    FROM json_to_recordset(issued) AS i(g int, code text, promotion text, bucket smallint,
                                        member uuid, since timestamptz, until timestamptz, source uuid)
    WHERE i.g = 0 OR ok[i.g];

    INSERT INTO rewards_coupon_event (code, source, what, at, bucket, member_id)
    SELECT i.code, i.source, 'issued', at, i.sale_bucket, i.sale_member
    FROM json_to_recordset(issued) AS i(g int, code text, source uuid, sale_bucket smallint,
                                        sale_member uuid)
    WHERE i.g = 0 OR ok[i.g];
END
$$;
