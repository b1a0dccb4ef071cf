"""Rows of plans and the values that others see."""

import json
from hashlib import sha256
from typing import Any

from regulars.contexts.economics.models import Plan as PlanRow
from regulars.contexts.economics.models import PlanCost, PlanVersion
from regulars.contexts.economics.types import PlanCostView, PlanVersionView, PlanView


def digest_of(document: dict[str, Any]) -> str:
    """SHA-256 (64 hex digits) of a canonical document; the order of its keys does not count."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def plan_view(row: PlanRow) -> PlanView:
    """A plan's row as others see it."""
    return PlanView(
        id=row.id,
        title=row.title,
        version=row.version,
        made_at=row.made_at,
        made_by=row.made_by,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        archived_at=row.archived_at,
        archived_by=row.archived_by,
    )


def version_view(row: PlanVersion) -> PlanVersionView:
    """A version without its document."""
    return PlanVersionView(row.number, row.digest, row.note, row.at, row.by)


def cost_view(row: PlanCost) -> PlanCostView:
    """A typed-in cost, its month as people write it."""
    return PlanCostView(
        month_text(row.month), row.group, row.amount_minor, row.note, row.at, row.by
    )


def month_text(month: int) -> str:
    """`2026-11` for the calendar's month year × 12 + month − 1."""
    return f"{month // 12:04}-{month % 12 + 1:02}"
