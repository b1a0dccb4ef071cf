"""The job worker as a process of its own; started by `regulars up`."""

import os

import django

from regulars.kit import logging as kit_logging
from regulars.kit.outbox import run_worker
from regulars.kit.processes import die_with_parent

if __name__ == "__main__":
    die_with_parent()
    kit_logging.configure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.project.settings")
    django.setup()
    run_worker()
