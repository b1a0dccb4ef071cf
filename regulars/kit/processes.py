"""Processes that belong together: they end with the one that started them, however that ends."""

import ctypes
import gc
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_LOOK_EVERY_S = 1.0
_YOUNG_OBJECTS = 50_000


def calm_collector() -> None:
    """Let the garbage collector look less often, and never again at what is there now.

    For processes that make many short-lived objects and hardly any cycles, such as decisions on
    receipts: its full passes would cost more than the decisions.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 100)


def die_with_parent() -> None:
    """From now on this process gets SIGTERM when its parent is gone, even by `kill -9`.

    To be called from the main thread at the start of a child. On Linux the kernel sees to it,
    elsewhere a thread looks every second.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        # The parent may have died between our start and the call.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)
