"""The process that takes a first look at a file (`looking` starts it); it prints what it sees as JSON."""

import json
import resource
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.core.refusal import Refused
from regulars.integrations.receipts.cells import text_of
from regulars.integrations.receipts.heads import read_head
from regulars.integrations.receipts.layouts import guessed_layout

PLAIN_BYTES_MAX = 512 << 20
_ROWS_SHOWN = 8
_CELL_SHOWN = 60
_MEMORY_MAX = 3 << 30
_CPU_S = 40


def looked(path: Path) -> dict[str, Any]:
    """What is seen. Raises what `read_head` raises."""
    source = read_head(path, plain_bytes_max=PLAIN_BYTES_MAX)
    layout = guessed_layout(source)
    top = source.table.slice(0, _ROWS_SHOWN)
    cells = [[text_of(cell)[:_CELL_SHOWN] for cell in column.to_pylist()] for column in top.columns]
    return {
        "names": list(source.names),
        "rows": [list(row) for row in zip(*cells, strict=True)],
        "format": source.format,
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "columns": {field: list(names) for field, names in layout.columns.items()},
        "cancels": layout.cancels,
        "sku": layout.sku,
        "identifier": layout.identifier,
        "date": layout.date or "",
        "preset": layout.preset or "",
    }


def _main(path: Path) -> None:
    for limit, most in ((resource.RLIMIT_AS, _MEMORY_MAX), (resource.RLIMIT_CPU, _CPU_S)):
        resource.setrlimit(limit, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pa.set_cpu_count(1)
    try:
        told = looked(path)
    except Refused as refusal:
        params = {
            name: value if isinstance(value, int) else str(value)
            for name, value in refusal.params.items()
        }
        told = {"code": refusal.code, "params": params}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
