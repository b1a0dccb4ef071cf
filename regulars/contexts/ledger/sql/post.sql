-- Save what a decision left for a set of members: one group a member, all of it or nothing of it.
--
-- Guarantees: a group is saved only if the account still is at the version the decision was made on,
-- and under its row lock; a row that somebody else has locked is not waited for, its group is not saved;
-- everything of all saved groups becomes visible together. Returns, for each group in the order given,
-- whether it was saved. Groups come sorted by (bucket, member) and are numbered from 1 in `*_group`.
--
-- Groups with the same number in `g_link` (0: none) belong to one sale, or to sales that share a member:
-- all of them are saved or none. Where one fails and another of its link was entered as a new account
-- already, nothing at all is saved: RG003, and the caller repeats its commands one by one.
--
-- No statement joins a table freely: each row is found by its key (LATERAL … LIMIT 1, ON CONFLICT),
-- so that the plans are right whatever the statistics of a fresh or growing table say.
CREATE OR REPLACE FUNCTION ledger_post(
    g_bucket smallint[], g_member uuid[], g_before bigint[], g_version bigint[], g_chain bytea[],
    g_due bigint[], g_ladder text[], g_state text[], g_link int[],
    t_group int[], t_seq bigint[], t_kind text[], t_occurred timestamptz[], t_posted timestamptz[],
    t_source uuid[], t_version int[], t_postings text[], t_lots text[], t_facts text[], t_hash bytea[],
    l_group int[], l_new boolean[], l_number int[], l_currency text[], l_source uuid[],
    l_earned timestamptz[], l_active_at timestamptz[], l_expires timestamptz[],
    l_idle_days int[], l_idle_months int[], l_amount bigint[], l_remaining bigint[],
    l_held bigint[], l_expired bigint[], l_active boolean[]
) RETURNS boolean[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    entered uuid[];
    locked bigint[];
    ok boolean[];
    broken int[];
BEGIN
    IF cardinality(g_member) = 0 THEN
        RETURN '{}';
    END IF;
    -- An account that was never written to is not there, or is the empty row that a lock was taken on.
    IF 0 = ANY (g_before) THEN
        WITH made AS (
            INSERT INTO ledger_account AS a
                (bucket, member_id, version, chain, next_due, ladder, state)
            SELECT g.bucket, g.member, g.version, g.chain, g.due, g.ladder, g.state::json
            FROM unnest(g_bucket, g_member, g_before, g_version, g_chain, g_due, g_ladder, g_state)
                AS g(bucket, member, before, version, chain, due, ladder, state)
            WHERE g.before = 0
            ON CONFLICT (bucket, member_id) DO UPDATE
            SET version = excluded.version, chain = excluded.chain, next_due = excluded.next_due,
                ladder = excluded.ladder, state = excluded.state
            WHERE a.version = 0
            RETURNING a.member_id
        )
        SELECT array_agg(member_id) INTO entered FROM made;
    END IF;
    SELECT array_agg(g.n) INTO locked
    FROM unnest(g_bucket, g_member, g_before) WITH ORDINALITY AS g(bucket, member, before, n)
    CROSS JOIN LATERAL (
        SELECT 1
        FROM ledger_account a
        WHERE a.bucket = g.bucket AND a.member_id = g.member AND a.version = g.before
        LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS l
    WHERE g.before > 0;
    SELECT array_agg(coalesce(i = ANY (locked), false) OR coalesce(g_member[i] = ANY (entered), false)
                     ORDER BY i)
    INTO ok
    FROM generate_series(1, cardinality(g_member)) AS i;

    IF 0 < ANY (g_link) AND false = ANY (ok) THEN
        SELECT array_agg(l.link) INTO broken
        FROM unnest(g_link, ok) AS l(link, saved) WHERE l.link > 0 AND NOT l.saved;
        IF broken IS NOT NULL THEN
            IF EXISTS (SELECT FROM unnest(g_link, g_member) AS l(link, member)
                       WHERE l.link = ANY (broken) AND l.member = ANY (entered)) THEN
                RAISE EXCEPTION 'of accounts that belong together one has moved' USING ERRCODE = 'RG003';
            END IF;
            SELECT array_agg(l.saved AND NOT l.link = ANY (broken) ORDER BY l.n) INTO ok
            FROM unnest(ok, g_link) WITH ORDINALITY AS l(saved, link, n);
        END IF;
    END IF;

    IF locked IS NOT NULL THEN
        INSERT INTO ledger_account (bucket, member_id, version, chain, next_due, ladder, state)
        SELECT g.bucket, g.member, g.version, g.chain, g.due, g.ladder, g.state::json
        FROM unnest(g_bucket, g_member, g_before, g_version, g_chain, g_due, g_ladder, g_state)
            WITH ORDINALITY AS g(bucket, member, before, version, chain, due, ladder, state, n)
        WHERE g.before > 0 AND ok[g.n]
        ON CONFLICT (bucket, member_id) DO UPDATE
        SET version = excluded.version, chain = excluded.chain, next_due = excluded.next_due,
            ladder = excluded.ladder, state = excluded.state;
    END IF;

    INSERT INTO ledger_transaction (bucket, member_id, seq, kind, occurred_at, posted_at, source,
                                    version, postings, lots, facts, hash)
    SELECT g_bucket[t.g], g_member[t.g], t.seq, t.kind, t.occurred, t.posted, t.source,
           t.version, t.postings::json, t.lots::json, t.facts::json, t.hash
    FROM unnest(t_group, t_seq, t_kind, t_occurred, t_posted, t_source, t_version, t_postings,
                t_lots, t_facts, t_hash)
        AS t(g, seq, kind, occurred, posted, source, version, postings, lots, facts, hash)
    WHERE ok[t.g];

    INSERT INTO ledger_lot (bucket, member_id, number, currency, source, earned_at, active_at,
                            expires_at, idle_days, idle_months, amount, remaining, held, expired,
                            active)
    SELECT g_bucket[l.g], g_member[l.g], l.number, l.currency, l.source, l.earned, l.active_at,
           l.expires, l.idle_days, l.idle_months, l.amount, l.remaining, l.held, l.expired, l.active
    FROM unnest(l_group, l_new, l_number, l_currency, l_source, l_earned, l_active_at, l_expires,
                l_idle_days, l_idle_months, l_amount, l_remaining, l_held, l_expired, l_active)
        AS l(g, new, number, currency, source, earned, active_at, expires, idle_days, idle_months,
             amount, remaining, held, expired, active)
    WHERE l.new AND ok[l.g];

    IF false = ANY (l_new) THEN
        INSERT INTO ledger_lot (bucket, member_id, number, currency, source, earned_at, active_at,
                                expires_at, idle_days, idle_months, amount, remaining, held,
                                expired, active)
        SELECT g_bucket[l.g], g_member[l.g], l.number, l.currency, l.source, l.earned, l.active_at,
               l.expires, l.idle_days, l.idle_months, l.amount, l.remaining, l.held, l.expired,
               l.active
        FROM unnest(l_group, l_new, l_number, l_currency, l_source, l_earned, l_active_at,
                    l_expires, l_idle_days, l_idle_months, l_amount, l_remaining, l_held,
                    l_expired, l_active)
            AS l(g, new, number, currency, source, earned, active_at, expires, idle_days,
                 idle_months, amount, remaining, held, expired, active)
        WHERE NOT l.new AND ok[l.g]
        ON CONFLICT (bucket, member_id, number) DO UPDATE
        SET remaining = excluded.remaining, held = excluded.held, expired = excluded.expired,
            active = excluded.active;
    END IF;
    RETURN ok;
END
$$;
