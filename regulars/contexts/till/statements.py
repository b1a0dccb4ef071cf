"""The hand-written SQL of the hot path, read once."""

from pathlib import Path

_SQL = Path(__file__).parent / "sql"
_SAVE_PARAMETERS = 8 + 11 + 15 + 21 + 18

LOAD = (_SQL / "load.sql").read_text()
SAVE = f"SELECT till_save({', '.join(f'${n}' for n in range(1, _SAVE_PARAMETERS + 1))})"
REVISION = "SELECT revision FROM programme_timeline WHERE id = 1"
FIND_SALE = "SELECT * FROM till_sale WHERE bucket = $1 AND member_id = $2 AND id = $3"
FIND_RETURN = "SELECT * FROM till_return WHERE bucket = $1 AND member_id = $2 AND id = $3"
