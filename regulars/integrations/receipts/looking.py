"""A first look at a file from outside, in a process of its own that is given little memory and time.

Whatever the file is made of, it cannot take down who asks: broken Parquet may crash the program that
reads it, and a few kilobytes may unpack to more than any memory holds.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from regulars.core.refusal import Invalid

_PROCESS = "regulars.integrations.receipts.look_process"
_PATIENCE_S = 45.0
_BROKEN = "import.file_broken"


class LookRefused(Invalid):
    """The file is none that can be imported: `code` says why, as reading the whole of it would."""

    code = _BROKEN

    def __init__(self, code: str, params: Mapping[str, object]) -> None:
        super().__init__()
        self.code, self.params = code, dict(params)


class Look(BaseModel):
    """What shows at the beginning of a file, and what its columns are taken for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = Field(repr=False)
    format: str
    encoding: str
    delimiter: str
    columns: Annotated[Mapping[str, tuple[str, ...]], "field: the columns it is read from"]
    cancels: str
    sku: str
    identifier: str
    date: str
    preset: str


def look_at(path: Path, name: str) -> Look:
    """Look at the file that its owner calls `name`.

    Raises LookRefused, also where reading takes too much or crashes.
    """
    try:
        ended = subprocess.run(
            [sys.executable, "-m", _PROCESS, str(path)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=_PATIENCE_S, check=True,
        )  # fmt: skip
        told = json.loads(ended.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise LookRefused(_BROKEN, {"file": name}) from None
    if "code" in told:
        named = {"file": name} if "file" in told["params"] else {}
        raise LookRefused(told["code"], {**told["params"], **named})
    return Look.model_validate(told)
