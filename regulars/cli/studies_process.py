"""The worker that does studies, as a process of its own; started by `regulars up`."""

import os

import django

from regulars.kit import logging as kit_logging
from regulars.kit.outbox import QUEUE_OF_STUDIES, run_worker
from regulars.kit.processes import die_with_parent

_PATIENCE_S = 0.5  # what is given up is begun anew

if __name__ == "__main__":
    die_with_parent()
    kit_logging.configure()
    os.nice(5)  # tills first
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.project.settings")
    django.setup()
    run_worker(queues=(QUEUE_OF_STUDIES,), patience_s=_PATIENCE_S)
