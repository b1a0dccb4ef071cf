"""A long past for the console's bench: books of some hundred members, made at the till and copied to all."""

import random
from datetime import timedelta
from hashlib import sha256

import psycopg
import uvloop

from bench.ground import enrol, member_id
from bench.programme import receipt
from regulars.kit.dsn import Access

_MODELS = 500  # members whose books are copied
_DAYS = 400  # over which the copies are spread
_AT_ONCE = 100  # copies a statement
# Members without books in the order of enrolment, so that each copy has five hundred of its own.
_PLACES = """
CREATE TEMP TABLE place AS
SELECT (n - 1) / %(models)s AS copy, (n - 1) %% %(models)s AS model, bucket, id
FROM (
    SELECT row_number() OVER (ORDER BY m.enrolled_at, m.id) AS n, m.bucket, m.id
    FROM members_member m
    WHERE NOT EXISTS (SELECT FROM ledger_account a
                      WHERE a.bucket = m.bucket AND a.member_id = m.id)
) AS p
"""
_MODEL = """
CREATE TEMP TABLE model AS
SELECT row_number() OVER (ORDER BY member_id) - 1 AS model, bucket, member_id
FROM ledger_account WHERE member_id = ANY (%(models)s)
"""
_OF = """
FROM model JOIN place p USING (model) CROSS JOIN LATERAL (
    SELECT make_interval(days => %(days)s - (p.copy * %(days)s / %(copies)s)::int) AS ago
) AS t
"""
_WHERE = "WHERE p.copy >= %(since)s AND p.copy < %(until)s"
_ID = "md5({0}::text || p.copy)::uuid"
_COPIES = [
    f"""
INSERT INTO ledger_account (bucket, member_id, version, chain, next_due, ladder, state)
SELECT p.bucket, p.id, a.version, a.chain, a.next_due, a.ladder, a.state
{_OF} JOIN ledger_account a ON a.bucket = model.bucket AND a.member_id = model.member_id
{_WHERE}""",
    f"""
INSERT INTO ledger_transaction (bucket, member_id, seq, kind, occurred_at, posted_at, source,
                                version, postings, lots, facts, hash)
SELECT p.bucket, p.id, a.seq, a.kind, a.occurred_at - t.ago, a.posted_at - t.ago,
       {_ID.format("a.source")}, a.version, a.postings, a.lots, a.facts, a.hash
{_OF} JOIN ledger_transaction a ON a.bucket = model.bucket AND a.member_id = model.member_id
{_WHERE} ORDER BY a.posted_at - t.ago""",
    f"""
INSERT INTO ledger_lot (bucket, member_id, number, currency, source, earned_at, active_at, expires_at,
                        idle_days, idle_months, amount, remaining, held, expired, active)
SELECT p.bucket, p.id, a.number, a.currency, {_ID.format("a.source")}, a.earned_at - t.ago,
       a.active_at - t.ago, a.expires_at - t.ago, a.idle_days, a.idle_months, a.amount, a.remaining,
       a.held, a.expired, a.active
{_OF} JOIN ledger_lot a ON a.bucket = model.bucket AND a.member_id = model.member_id
{_WHERE}""",
    f"""
INSERT INTO till_sale (bucket, member_id, id, store, till, number, occurred_at, received_at, version,
                       seq, channel, tier, gross_minor, discount_minor, points_minor, paid_minor,
                       receipt, decision)
SELECT p.bucket, p.id, {_ID.format("a.id")}, a.store, a.till, a.number || '-' || p.copy,
       a.occurred_at - t.ago, a.received_at - t.ago, a.version, a.seq, a.channel, a.tier,
       a.gross_minor, a.discount_minor, a.points_minor, a.paid_minor, a.receipt, a.decision
{_OF} JOIN till_sale a ON a.bucket = model.bucket AND a.member_id = model.member_id
{_WHERE} ORDER BY a.received_at - t.ago""",
]
_STORES = """
INSERT INTO till_store (code, title, created_at)
SELECT 's' || n, 'Store ' || n, now() FROM generate_series(0, 9) AS n ON CONFLICT DO NOTHING
"""
_POSTINGS = "SELECT coalesce(sum(json_array_length(postings)), 0) FROM ledger_transaction"
_TRAIL = """
INSERT INTO security_audit_row (id, at, actor_kind, actor_id, staff_id, action, object_kind, object_id,
                                detail)
SELECT uuidv7(make_interval(secs => -n * 30)), now() - make_interval(secs => n * 30), 'staff', 'bench',
       NULL, CASE n %% 20 WHEN 0 THEN 'member.block' ELSE 'member.enrol' END,
       CASE n %% 1000 WHEN 0 THEN 'store' ELSE 'member' END, n::text, '{}'
FROM generate_series(1, %(rows)s) AS n
"""


def fill_past(access: Access, members: int, postings: int) -> tuple[int, int]:
    """Bring the ground up to so many members and postings where it has fewer; how many there are.

    The books of the models are the till's own, the copies differ by ids and days only: pages show
    them as any other, but `verify` would find that their hashes are those of somebody else.
    """
    with psycopg.connect(access.owner.conninfo, autocommit=True) as owner:
        held = _one(owner, "SELECT count(*) FROM members_member")
        if held < members:
            with owner.transaction():
                enrol(owner, range(held, members))
        if _one(owner, _POSTINGS) < postings * 0.9:
            owner.execute(_STORES)
            models = [member_id(number) for number in range(1, _MODELS * 10, 10)]
            uvloop.run(_buy(access, models, turns=-(-postings * 10 // (members * 18))))
            _copy(owner, models, postings)
            owner.execute(_TRAIL, {"rows": members})
            owner.execute("VACUUM ANALYZE")
            owner.execute("CHECKPOINT")
        return _one(owner, "SELECT count(*) FROM members_member"), _one(owner, _POSTINGS)


def _one(owner: psycopg.Connection, statement: str) -> int:
    row = owner.execute(statement).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return int(row[0])


async def _buy(access: Access, models: list, *, turns: int) -> None:
    """Let each model buy so many times; a sale makes two postings."""
    from regulars.contexts.members.types import MemberRef
    from regulars.contexts.security.types import system_actor
    from regulars.contexts.till.types import CommitSale, MemberKey
    from regulars.contexts.till.usecases.desk import open_desk
    from regulars.contexts.till.usecases.sales import commit_sale
    from regulars.core.ledger.accounts import bucket_of
    from regulars.kit.clock import utc_now

    desk = await open_desk(access.app, secret=b"s" * 32, clock=utc_now)
    rng, now = random.Random(7), utc_now()
    for place, member in enumerate(models):
        key = MemberKey(MemberRef(bucket_of(member), member))
        for turn in range(turns):
            at = now - timedelta(hours=12) + timedelta(seconds=40 * place + turn)
            sold = receipt(rng, f"m{place}-{turn}", at)
            digest = sha256(sold.number.encode()).digest()
            await commit_sale(
                desk,
                CommitSale(sold, key, digest, key_digest=digest[::-1]),
                by=system_actor("bench"),
            )
    await desk.close()


def _copy(owner: psycopg.Connection, models: list, postings: int) -> None:
    owner.execute(_MODEL, {"models": models})
    owner.execute(_PLACES, {"models": len(models)})
    owner.execute("CREATE INDEX ON place (copy)")
    owner.execute("ANALYZE place, model")
    most = _one(owner, "SELECT max(copy) + 1 FROM place")
    of_models = _one(owner, f"{_POSTINGS} WHERE member_id IN (SELECT member_id FROM model)")
    copies = min(most, -(-postings // of_models))
    for since in range(0, copies, _AT_ONCE):
        told = {
            "since": since, "until": min(copies, since + _AT_ONCE), "copies": copies, "days": _DAYS,
        }  # fmt: skip
        with owner.transaction():
            for statement in _COPIES:
                owner.execute(statement, told)
