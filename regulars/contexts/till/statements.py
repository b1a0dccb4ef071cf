"""The hand-written SQL of the hot path, read once."""

from pathlib import Path

_SQL = Path(__file__).parent / "sql"
_SAVE_PARAMETERS = 9 + 11 + 15 + 21 + 18 + 8 + 6 + 2

LOAD = (_SQL / "load.sql").read_text()
SAVE = f"SELECT till_save({', '.join(f'${n}' for n in range(1, _SAVE_PARAMETERS + 1))})"
REVISION = "SELECT revision FROM programme_timeline WHERE id = 1"
_FIND = """
SELECT e.*
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS k(bucket, member_id, id)
CROSS JOIN LATERAL (
    SELECT * FROM {} e
    WHERE e.bucket = k.bucket AND e.member_id = k.member_id AND e.id = k.id
    LIMIT 1
) AS e
"""
FIND_SALES = _FIND.format("till_sale")
FIND_RETURNS = _FIND.format("till_return")
