-- One member's account with every lot and the whole qualifying history.
SELECT
    a.version, a.chain, a.next_due, a.ladder, a.state::text AS state,
    (SELECT coalesce(json_agg(json_build_array(
        x.number, x.currency, x.source, (extract(epoch FROM x.earned_at) * 1000000)::bigint,
        (extract(epoch FROM x.active_at) * 1000000)::bigint,
        (extract(epoch FROM x.expires_at) * 1000000)::bigint, x.idle_days, x.idle_months,
        x.amount, x.remaining, x.held, x.expired, x.active)), '[]'::json)::text
     FROM ledger_lot x WHERE x.bucket = a.bucket AND x.member_id = a.member_id) AS lots,
    (SELECT coalesce(json_agg(t.facts -> 'q') FILTER (WHERE t.facts -> 'q' IS NOT NULL), '[]'::json)::text
     FROM ledger_transaction t WHERE t.bucket = a.bucket AND t.member_id = a.member_id) AS history
FROM ledger_account a
WHERE a.bucket = %s AND a.member_id = %s
