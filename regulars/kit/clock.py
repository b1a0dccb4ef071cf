"""The clock, for doors only: everything below them is told what time it is."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment, aware, in UTC. Only web, cli and jobs may ask."""
    return datetime.now(UTC)
