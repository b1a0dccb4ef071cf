"""The web server as a process of its own; started by `regulars up`."""

import os
import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from regulars.kit import logging as kit_logging
from regulars.kit.processes import die_with_parent

_GRACE_S = 15


def serve(host: str, port: int, workers: int) -> None:
    """Answer HTTP on `host`:`port` until SIGTERM, then finish the requests under way."""
    # The server's own workers are processes too, and end with it.
    os.environ["REGULARS_DIE_WITH_PARENT"] = "1"
    Granian(
        "regulars.project.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE_S,
    ).serve()


if __name__ == "__main__":
    die_with_parent()
    kit_logging.configure()
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
