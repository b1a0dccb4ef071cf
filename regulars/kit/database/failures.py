"""What can be wrong with the database as a whole, each with a code of its own."""

from regulars.core.refusal import Refused


class DatabaseUnavailable(Refused):
    """The database cannot be reached or started. `reason` is a short technical text."""

    code = "database.unavailable"
    kind = "conflict"


class DatabaseOfOtherVersion(DatabaseUnavailable):
    """The data directory was made by another major version of PostgreSQL."""

    code = "database.other_version"


class DatabasePasswordLost(DatabaseUnavailable):
    """The password files do not fit the data directory beside them."""

    code = "database.password_lost"


class DatabaseTooOld(DatabaseUnavailable):
    """The server behind DATABASE_URL is older than what we support."""

    code = "database.too_old"
