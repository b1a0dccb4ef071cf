"""What processes write about themselves, as plain lines or JSON, with nothing personal in it."""

import json
import logging
import logging.config
import os
from datetime import UTC, datetime

# These log values of requests, statements or job arguments at their lower levels.
_TALKATIVE = ("asyncio", "httpx", "procrastinate", "psycopg", "urllib3", "django")
# These warn of what is expected: a wrong address, a database that is being started again.
_EASILY_ALARMED = ("asyncpg.pool", "django.request", "psycopg.pool")
_STANDARD = logging.makeLogRecord({}).__dict__.keys() | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """One JSON object per record; what was passed as `extra` becomes fields of it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for `record`, without its newline."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "says": record.getMessage(),
        }
        extra = record.__dict__.items()
        line |= {key: value for key, value in extra if key not in _STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = exception_without_values(record)
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """Time, level, logger and text, for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatException(self, ei: object) -> str:  # noqa: N802
        """Nothing: `format` adds the exception, without the values its text may hold."""
        return ""

    def format(self, record: logging.LogRecord) -> str:
        """The line for `record` and, below it, where an exception came from."""
        record.exc_text = None
        text = super().format(record).rstrip("\n")
        if record.exc_info and record.exc_info[0] is not None:
            text += "\n  " + exception_without_values(record)
        return text


def exception_without_values(record: logging.LogRecord) -> str:
    """The type of the record's exception and the places it passed, innermost last.

    Its text is left out on purpose: databases and parsers quote the value they choke on, which may
    be a phone number or a name.
    """
    kind, _, trace = record.exc_info or (None, None, None)
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return f"{kind.__name__ if kind else '?'} at " + " > ".join(places)


def note_fault(fault: BaseException) -> None:
    """Log an exception that ends what we were doing: its type and where it came from."""
    trace = (type(fault), fault, fault.__traceback__)
    logging.getLogger("regulars").error("ended by a fault", exc_info=trace)


def configure(*, verbose: bool = False) -> None:
    """Send everything to stderr: warnings and worse, with `verbose` also what is going on.

    Lines are plain, or JSON where REGULARS_LOG is `json`.
    """
    formatter = "json" if os.environ.get("REGULARS_LOG") == "json" else "plain"
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {"()": "regulars.kit.logging.JsonLines"},
                "plain": {"()": "regulars.kit.logging.PlainLines"},
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": formatter}},
            "root": {"handlers": ["stderr"], "level": "INFO" if verbose else "WARNING"},
            "loggers": {name: {"level": "WARNING"} for name in _TALKATIVE}
            | {name: {"level": "ERROR"} for name in _EASILY_ALARMED},
        }
    )
