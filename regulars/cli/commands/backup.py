"""`regulars backup`: the whole database in one file."""

from pathlib import Path

import click

from regulars.cli.session import Session, pass_session
from regulars.kit.database.archive import save_database


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_session
def backup(session: Session, file: Path) -> None:
    """Save the whole database into FILE (the custom format of pg_dump), while work goes on."""
    target = file.absolute()
    with session.database(migrated=False) as held, session.progress("backup.progress"):
        size = save_database(held.access.owner, target)
    secrets = str(session.home.secrets)
    says = session.say("backup.done", file=str(target), bytes=size, secrets=secrets)
    session.show({"file": str(target), "bytes": size}, says)


COMMAND = backup
