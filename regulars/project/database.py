"""Where Django finds the database: what the command before us has told, or a guess."""

import os

from regulars.kit.database.attach import published
from regulars.kit.database.cluster import APP, DATABASE, OWNER
from regulars.kit.database.home import Home, default_home
from regulars.kit.dsn import Access, Dsn


def configured_access() -> Access:
    """The ways into the database, without asking it and without making anything.

    Commands publish them before Django starts. Without that (an editor, a type checker, a bare
    `django-admin`) it is DATABASE_URL, or our own server where a running one would be.
    """
    told = published()
    if told is not None:
        return told
    url = os.environ.get("DATABASE_URL")
    if url:
        owner = Dsn.parse(url)
        return Access(owner, owner)
    home = Home(default_home())
    owner = _guess(home, OWNER, "database_owner")
    return Access(owner, _guess(home, APP, "database_app"))


def _guess(home: Home, user: str, secret: str) -> Dsn:
    path = home.secrets / secret
    password = path.read_text().strip() if path.exists() else ""
    folder = home.data.resolve().parent / "socket"
    dsn = Dsn.of(host=str(folder), port="5432", dbname=DATABASE, user=user)
    return dsn.changed(password=password)
