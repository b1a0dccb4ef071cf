"""`regulars receipts`: past receipts out of a file, through the real engine."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from django.conf import settings

from regulars.cli.acting import acting_person, by_option
from regulars.cli.import_report import report_data, report_lines, tell_layout
from regulars.cli.session import Session, pass_session
from regulars.contexts.members.types import IdentifierKind
from regulars.contexts.programme import queries as programmes
from regulars.contexts.programme.queries import NoProgrammeInForce
from regulars.contexts.security.types import Actor
from regulars.contexts.till.desk import open_desk
from regulars.contexts.till.usecases.customers import (
    Customers,
    enrol_customers,
    find_customers,
    imagine_customers,
)
from regulars.contexts.till.usecases.imports import PastReceipts, import_receipts
from regulars.core.calendar import micros, moment_of
from regulars.core.places import TimeZoneUnknown, check_time_zone
from regulars.core.programme.compiled import Compiled
from regulars.core.receipts.grouping import Slip, group_rows
from regulars.core.receipts.layout import PRESETS, Layout
from regulars.core.receipts.rows import Rows
from regulars.core.receipts.tally import Tally
from regulars.integrations.receipts.layouts import (
    MappingFile,
    named_columns,
    read_mapping,
    settle_layout,
)
from regulars.integrations.receipts.normalising import rows_of
from regulars.integrations.receipts.reading import read_source
from regulars.integrations.receipts.rejects import write_rejects
from regulars.integrations.receipts.source import Source
from regulars.kit.clock import utc_now
from regulars.kit.database.attach import Attachment
from regulars.kit.transactions import in_transaction
