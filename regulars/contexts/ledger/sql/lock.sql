-- Make sure a member's account exists and lock it until the end of the transaction.
CREATE OR REPLACE FUNCTION ledger_lock(of_bucket smallint, of_member uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO ledger_account (bucket, member_id, version, chain, next_due, ladder, state)
    VALUES (of_bucket, of_member, 0, decode(repeat('00', 32), 'hex'), NULL, '', '{}')
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM ledger_account WHERE bucket = of_bucket AND member_id = of_member FOR NO KEY UPDATE;
END
$$;
