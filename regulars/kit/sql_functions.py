"""Run the current text of SQL functions again in a migration, whatever signatures they had before."""

from collections.abc import Iterable
from pathlib import Path

from django.db import migrations

_DROP = """
DO $$
DECLARE
    found text;
BEGIN
    FOR found IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.proname = '{name}' AND p.pronamespace = 'public'::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || found;
    END LOOP;
END
$$
"""


def renewed(files: Iterable[Path], *names: str) -> list[migrations.RunSQL]:
    """Drop every function of these names, then run the files that make them.

    A data folder of any age comes to the functions of this release; going back leaves them.
    """
    noop = migrations.RunSQL.noop
    drops = [migrations.RunSQL(_DROP.format(name=name), noop) for name in names]
    return drops + [migrations.RunSQL(path.read_text(), noop) for path in files]
