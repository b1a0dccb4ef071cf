"""A code made elsewhere, as a row of texts: what it says, or why it cannot be taken."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from regulars.core.refusal import Invalid
from regulars.core.rewards.batches import USES_MAX
from regulars.core.rewards.codes import CODE_LENGTH_MAX, normalised

COLUMNS = ("code", "uses", "since", "until", "card", "external")
LENGTH_MIN = 4
_DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")
_WHOLE = re.compile(r"[0-9]{1,7}", re.ASCII)


class CodeMalformed(Invalid):
    """It is no code: empty, too long, too short to be guarded, or with characters that no code has."""

    code = "coupon.code_malformed"


class CodeRowInvalid(Invalid):
    """A cell beside the code makes no sense; `field` names its column."""

    code = "coupon.row_invalid"


class ImportedCode(NamedTuple):
    """One row: the code's one spelling, how it is printed, and what the row says beside it."""

    key: str
    shown: str
    uses: int | None
    since: datetime | None
    until: datetime | None
    card: str
    external: str


def read_code(cells: Mapping[str, str], zone: ZoneInfo) -> ImportedCode:
    """The row with these cells by column (see `COLUMNS`); days are those of `zone`.

    A day alone as `until` is the last day the coupon is good on. Raises CodeMalformed,
    CodeRowInvalid.
    """
    shown = " ".join(cells.get("code", "").split())
    key = normalised(shown)
    if not len(key) >= LENGTH_MIN or len(shown) > CODE_LENGTH_MAX or not shown.isprintable():
        raise CodeMalformed(pointer="/code", least=LENGTH_MIN, most=CODE_LENGTH_MAX)
    since = _moment(cells.get("since", ""), "since", zone)
    until = _moment(cells.get("until", ""), "until", zone, days_more=1)
    if since is not None and until is not None and since >= until:
        raise CodeRowInvalid(pointer="/until", field="until")
    card, external = cells.get("card", "").strip(), cells.get("external", "").strip()
    if card and external:
        raise CodeRowInvalid(pointer="/external", field="external")
    return ImportedCode(key, shown, _uses(cells.get("uses", "")), since, until, card, external)


def _uses(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= USES_MAX:
        raise CodeRowInvalid(pointer="/uses", field="uses")
    return int(text)


def _moment(text: str, field: str, zone: ZoneInfo, *, days_more: int = 0) -> datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        day = _day(text)
        if day is not None:
            midnight = datetime.combine(day + timedelta(days=days_more), time(), zone)
            return midnight.astimezone(UTC)
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise CodeRowInvalid(pointer=f"/{field}", field=field) from None


def _day(text: str) -> date | None:
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None
