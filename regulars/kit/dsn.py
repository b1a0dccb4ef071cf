"""How a PostgreSQL database is reached, in the shapes that libpq, asyncpg and Django want."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_IN_URL = ("dbname", "user", "password")
_OURS = ("host", "port", "dbname", "user", "password")


class DsnInvalid(ValueError):
    """The connection string cannot be read; the text never repeats it, it may hold a password."""


@dataclass(frozen=True, slots=True, repr=False)
class Dsn:
    """One way into one database. It prints without its password."""

    params: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> "Dsn":
        """Read a `postgresql://` URL or a libpq keyword string. Raises DsnInvalid."""
        try:
            found = conninfo_to_dict(text)
        except ProgrammingError:
            raise DsnInvalid("not a PostgreSQL connection string") from None
        return cls.of(**{key: str(value) for key, value in found.items() if value is not None})

    @classmethod
    def of(cls, **params: str) -> "Dsn":
        """Make one from libpq keywords."""
        return cls(tuple(sorted(params.items())))

    def get(self, name: str, default: str = "") -> str:
        """The libpq keyword `name`, or `default`."""
        return dict(self.params).get(name, default)

    @property
    def database(self) -> str:
        return self.get("dbname") or self.get("user")

    def changed(self, **params: str) -> "Dsn":
        """The same way in, with some keywords replaced; an empty value removes a keyword."""
        merged = dict(self.params) | params
        return Dsn.of(**{key: value for key, value in merged.items() if value})

    def as_role(self, role: str) -> "Dsn":
        """The same login, acting as `role` from its first statement on."""
        options = f"{self.get('options')} -c role={role}".strip()
        return self.changed(options=options)

    @property
    def conninfo(self) -> str:
        """For psycopg and the PostgreSQL programs; holds the password."""
        return make_conninfo(**dict(self.params))

    @property
    def url(self) -> str:
        """For asyncpg and for the environment of child processes; holds the password."""
        known = dict(self.params)
        user, password = quote(known.get("user", ""), safe=""), quote(known.get("password", ""), "")
        login = f"{user}:{password}@" if password else f"{user}@" if user else ""
        rest = {key: value for key, value in self.params if key not in _IN_URL}
        query = f"?{urlencode(rest, quote_via=quote)}" if rest else ""
        return f"postgresql://{login}/{quote(known.get('dbname', ''), safe='')}{query}"

    def django(self) -> dict[str, Any]:
        """An entry of Django's DATABASES."""
        options = {key: value for key, value in self.params if key not in _OURS}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.database,
            "USER": self.get("user"),
            "PASSWORD": self.get("password"),
            "HOST": self.get("host"),
            "PORT": self.get("port"),
            "OPTIONS": options,
        }

    def __repr__(self) -> str:
        shown = {key: value for key, value in self.params if key != "password"}
        return f"Dsn({shown})"


@dataclass(frozen=True, slots=True)
class Access:
    """The two ways into our database: the owner migrates, the app does everything else."""

    owner: Dsn
    app: Dsn

    def to_database(self, name: str) -> "Access":
        """The same roles on another database of the same server."""
        return Access(self.owner.changed(dbname=name), self.app.changed(dbname=name))
