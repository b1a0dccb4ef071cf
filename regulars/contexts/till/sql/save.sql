-- Save a batch of sales and returns with what they did to the members' books (see ledger_post).
--
-- A sale or return whose member's group was not saved is not saved either; group 0 is «no member».
-- Receipt numbers and idempotency keys are claimed in the same transaction: a second claim is a unique
-- violation and undoes the whole batch, which the caller then repeats one by one.
--
-- Coupons (`c_*`, see till_move_coupons), coupons issued (`issued`) and what is taken of shared limits
-- (`k_*`, `a_*`, see till_take_allowances) come last: rows that many want are held for the shortest
-- time, always in the order accounts, claims, batches of issued coupons, coupons by code, limits by key.
CREATE OR REPLACE FUNCTION till_save(
    g_bucket smallint[], g_member uuid[], g_before bigint[], g_version bigint[], g_chain bytea[],
    g_due bigint[], g_ladder text[], g_state text[], g_link int[],
    t_group int[], t_seq bigint[], t_kind text[], t_occurred timestamptz[], t_posted timestamptz[],
    t_source uuid[], t_version int[], t_postings text[], t_lots text[], t_facts text[], t_hash bytea[],
    l_group int[], l_new boolean[], l_number int[], l_currency text[], l_source uuid[],
    l_earned timestamptz[], l_active_at timestamptz[], l_expires timestamptz[],
    l_idle_days int[], l_idle_months int[], l_amount bigint[], l_remaining bigint[],
    l_held bigint[], l_expired bigint[], l_active boolean[],
    s_group int[], s_bucket smallint[], s_member uuid[], s_id uuid[], s_store text[], s_till text[],
    s_number text[], s_occurred timestamptz[], s_received timestamptz[], s_version int[],
    s_seq bigint[], s_channel text[], s_tier text[], s_gross bigint[], s_discount bigint[],
    s_points bigint[], s_paid bigint[], s_receipt text[], s_decision text[],
    s_body bytea[], s_key bytea[],
    r_group int[], r_bucket smallint[], r_member uuid[], r_id uuid[], r_sale uuid[], r_store text[],
    r_till text[], r_number text[], r_occurred timestamptz[], r_received timestamptz[],
    r_seq bigint[], r_refund bigint[], r_lines text[], r_decision text[],
    r_body bytea[], r_key bytea[], r_returns smallint[], r_returned text[],
    c_group int[], c_code text[], c_uses smallint[], c_quote text[], c_until bigint[],
    c_source uuid[], c_bucket smallint[], c_member uuid[],
    k_key text[], k_period int[], k_limit bigint[],
    a_group int[], a_of int[], a_amount bigint[],
    issued text, at timestamptz
) RETURNS boolean[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    ok boolean[];
    back record;
BEGIN
    ok := ledger_post(
        g_bucket, g_member, g_before, g_version, g_chain, g_due, g_ladder, g_state, g_link,
        t_group, t_seq, t_kind, t_occurred, t_posted, t_source, t_version, t_postings, t_lots,
        t_facts, t_hash,
        l_group, l_new, l_number, l_currency, l_source, l_earned, l_active_at, l_expires,
        l_idle_days, l_idle_months, l_amount, l_remaining, l_held, l_expired, l_active);

    IF cardinality(s_id) > 0 THEN
        INSERT INTO till_claim (store, till, number, kind, bucket, member_id, entry_id, body_digest,
                                key_digest, posted_at)
        SELECT s.store, s.till, s.number, 'sale', s.bucket, s.member, s.id, s.body, s.key, s.received
        FROM unnest(s_group, s_store, s_till, s_number, s_bucket, s_member, s_id, s_body, s_key,
                    s_received)
            AS s(g, store, till, number, bucket, member, id, body, key, received)
        WHERE s.g = 0 OR ok[s.g];

        INSERT INTO till_sale (bucket, member_id, id, store, till, number, occurred_at, received_at,
                               version, seq, channel, tier, gross_minor, discount_minor,
                               points_minor, paid_minor, receipt, decision)
        SELECT s.bucket, s.member, s.id, s.store, s.till, s.number, s.occurred, s.received,
               s.version, s.seq, s.channel, s.tier, s.gross, s.discount, s.points, s.paid,
               s.receipt::json, s.decision::json
        FROM unnest(s_group, s_bucket, s_member, s_id, s_store, s_till, s_number, s_occurred,
                    s_received, s_version, s_seq, s_channel, s_tier, s_gross, s_discount, s_points,
                    s_paid, s_receipt, s_decision)
            AS s(g, bucket, member, id, store, till, number, occurred, received, version, seq,
                 channel, tier, gross, discount, points, paid, receipt, decision)
        WHERE s.g = 0 OR ok[s.g];
    END IF;

    IF cardinality(r_id) > 0 THEN
        INSERT INTO till_claim (store, till, number, kind, bucket, member_id, entry_id, body_digest,
                                key_digest, posted_at)
        SELECT r.store, r.till, r.number, 'return', r.bucket, r.member, r.id, r.body, r.key, r.received
        FROM unnest(r_group, r_store, r_till, r_number, r_bucket, r_member, r_id, r_body, r_key,
                    r_received)
            AS r(g, store, till, number, bucket, member, id, body, key, received)
        WHERE r.g = 0 OR ok[r.g];

        INSERT INTO till_return (bucket, member_id, id, sale_id, store, till, number, occurred_at,
                                 received_at, seq, refund_minor, lines, decision)
        SELECT r.bucket, r.member, r.id, r.sale, r.store, r.till, r.number, r.occurred, r.received,
               r.seq, r.refund, r.lines::json, r.decision::json
        FROM unnest(r_group, r_bucket, r_member, r_id, r_sale, r_store, r_till, r_number, r_occurred,
                    r_received, r_seq, r_refund, r_lines, r_decision)
            AS r(g, bucket, member, id, sale, store, till, number, occurred, received, seq, refund,
                 lines, decision)
        WHERE r.g = 0 OR ok[r.g];

        -- Several returns of one sale in a batch: the last one carries the sum of them all.
        FOR back IN
            SELECT DISTINCT ON (r.bucket, r.member, r.sale)
                   r.bucket, r.member, r.sale, r.returned, r.returns + 1 AS last,
                   min(r.returns) OVER (PARTITION BY r.bucket, r.member, r.sale) AS first
            FROM unnest(r_group, r_bucket, r_member, r_sale, r_returns, r_returned)
                AS r(g, bucket, member, sale, returns, returned)
            WHERE r.g = 0 OR ok[r.g]
            ORDER BY r.bucket, r.member, r.sale, r.returns DESC
        LOOP
            UPDATE till_sale
            SET returned = back.returned::json, returns = back.last
            WHERE bucket = back.bucket AND member_id = back.member AND id = back.sale
              AND returns = back.first;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'a sale was returned from meanwhile' USING ERRCODE = 'RG001';
            END IF;
        END LOOP;
    END IF;
    IF issued IS NOT NULL THEN
        PERFORM till_issue_coupons(ok, issued::json, at);
    END IF;
    IF cardinality(c_code) > 0 THEN
        PERFORM till_move_coupons(ok, c_group, c_code, c_uses, c_quote, c_until, c_source, c_bucket,
                                  c_member, at);
    END IF;
    IF cardinality(a_of) > 0 THEN
        PERFORM till_take_allowances(ok, k_key, k_period, k_limit, a_group, a_of, a_amount);
    END IF;
    RETURN ok;
END
$$;
