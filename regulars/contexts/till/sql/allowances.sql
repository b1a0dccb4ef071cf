-- Take what sales use of limits that all members share, and put back what returns give.
--
-- A limit of a period is spread over the shards of its rows: the sum of `most` is the limit, `used` is
-- never above `most` (a return may bring a shard's `used` below zero). A connection takes from its own
-- shard and so waits only for those who share it. Where that is short it moves room from the shards
-- that nobody holds (SKIP LOCKED). Where there is not enough, or what there is cannot be reached now,
-- nothing is saved (SQLSTATE RG002) and the caller decides again on fresh figures.
--
-- Keys come sorted. Whoever waits here waits for its own shard of a key before it holds any other row
-- of that key: nobody can wait in a circle.
CREATE OR REPLACE FUNCTION till_move_allowance(
    of_key text, of_period int, new_limit bigint, mine smallint, amount bigint
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    own till_allowance;
    rest record;
    other record;
    there bigint;
    need bigint;
    part bigint;
BEGIN
    INSERT INTO till_allowance (key, period, shard, of_limit, most, used)
    VALUES (of_key, of_period, 0, new_limit, new_limit, 0)
    ON CONFLICT DO NOTHING;
    IF amount <= 0 THEN
        UPDATE till_allowance SET used = used + amount
        WHERE key = of_key AND period = of_period AND shard = 0;
        RETURN;
    END IF;
    INSERT INTO till_allowance (key, period, shard, of_limit, most, used)
    VALUES (of_key, of_period, mine, new_limit, 0, 0)
    ON CONFLICT DO NOTHING;
    SELECT * INTO own FROM till_allowance
    WHERE key = of_key AND period = of_period AND shard = mine
    FOR NO KEY UPDATE;
    SELECT count(*) AS count, coalesce(sum(l.most - l.used), 0) AS free,
           coalesce(sum(l.used), 0) AS used, coalesce(bool_or(l.of_limit <> new_limit), false) AS changed,
           array_agg(l.shard) AS shards
    INTO rest
    FROM (
        SELECT a.shard, a.of_limit, a.most, a.used FROM till_allowance a
        WHERE a.key = of_key AND a.period = of_period AND a.shard <> mine
        ORDER BY a.shard
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS l;
    SELECT count(*) - 1 INTO there FROM till_allowance a
    WHERE a.key = of_key AND a.period = of_period;

    IF rest.changed OR own.of_limit <> new_limit THEN
        -- Another version of the programme sets another limit: all free room is dealt anew.
        IF rest.count < there OR own.used + rest.used + amount > new_limit THEN
            RAISE EXCEPTION 'a shared limit is short' USING ERRCODE = 'RG002';
        END IF;
        UPDATE till_allowance SET of_limit = new_limit, most = used
        WHERE key = of_key AND period = of_period AND shard <> mine;
        UPDATE till_allowance
        SET of_limit = new_limit, most = new_limit - rest.used, used = used + amount
        WHERE key = of_key AND period = of_period AND shard = mine;
        RETURN;
    END IF;

    need := amount - (own.most - own.used);
    IF need > rest.free THEN
        RAISE EXCEPTION 'a shared limit is short' USING ERRCODE = 'RG002';
    END IF;
    FOR other IN
        SELECT a.shard, a.most - a.used AS free FROM till_allowance a
        WHERE a.key = of_key AND a.period = of_period AND a.shard = ANY (rest.shards)
          AND a.most > a.used
        ORDER BY a.most - a.used DESC, a.shard
    LOOP
        EXIT WHEN need <= 0;
        -- Half of what the richest has: the next sale of this connection finds room at home.
        part := greatest(least(need, other.free), other.free / 2);
        UPDATE till_allowance SET most = most - part
        WHERE key = of_key AND period = of_period AND shard = other.shard;
        own.most := own.most + part;
        need := need - part;
    END LOOP;
    UPDATE till_allowance SET most = own.most, used = used + amount
    WHERE key = of_key AND period = of_period AND shard = mine;
END
$$;

-- Key `a_of[i]` of the sorted keys is taken from (or, below zero, given back) by group `a_group[i]`;
-- group 0 is «no member». Groups that were not saved take nothing.
CREATE OR REPLACE FUNCTION till_take_allowances(
    ok boolean[], k_key text[], k_period int[], k_limit bigint[],
    a_group int[], a_of int[], a_amount bigint[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    mine smallint := pg_backend_pid() % 16;
    taken record;
BEGIN
    FOR taken IN
        SELECT k_key[a.k] AS key, k_period[a.k] AS period, k_limit[a.k] AS most, sum(a.amount)::bigint AS amount
        FROM unnest(a_group, a_of, a_amount) AS a(g, k, amount)
        WHERE a.g = 0 OR ok[a.g]
        GROUP BY a.k
        HAVING sum(a.amount) <> 0
        ORDER BY a.k
    LOOP
        UPDATE till_allowance a SET used = a.used + taken.amount
        WHERE a.key = taken.key AND a.period = taken.period AND a.shard = mine
          AND (taken.amount < 0
               OR (a.of_limit = taken.most AND a.used + taken.amount <= a.most));
        IF NOT FOUND THEN
            PERFORM till_move_allowance(taken.key, taken.period, taken.most, mine, taken.amount);
        END IF;
    END LOOP;
END
$$;
