"""`regulars restore`: fill an empty database from a backup."""

from pathlib import Path

import click

from regulars.cli.session import Session, pass_session
from regulars.kit.database.archive import restore_database
from regulars.kit.migrate import migrate


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_session
def restore(session: Session, file: Path) -> None:
    """Fill the empty database from FILE, which `regulars backup` has made."""
    source = file.absolute()
    with session.database(migrated=False) as held:
        with session.progress("restore.progress"):
            restore_database(held.access.owner, source)
        # An older backup brings older tables.
        migrate(held.access.owner)
    session.show({"file": str(source)}, session.say("restore.done", file=str(source)))


COMMAND = restore
