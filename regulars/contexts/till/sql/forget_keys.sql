-- Forget idempotency keys of before a moment; receipt numbers are claimed for ever.
CREATE OR REPLACE FUNCTION till_forget_keys(posted_before timestamptz, most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    forgotten int;
BEGIN
    UPDATE till_claim c SET key_digest = NULL
    FROM (SELECT store, till, number, kind FROM till_claim
          WHERE key_digest IS NOT NULL AND posted_at < posted_before LIMIT most) AS old
    WHERE c.store = old.store AND c.till = old.till AND c.number = old.number AND c.kind = old.kind;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END
$$;
