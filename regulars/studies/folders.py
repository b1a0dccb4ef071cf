"""Where the warehouse and the results of studies are in an installation."""

import mimetypes
from pathlib import Path
from uuid import UUID

STUDIES = "studies"
_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
}


def warehouse_folder(home: Path) -> Path:
    """`warehouse/` in the installation's folder: a copy for analytics that can be rebuilt at will."""
    return home / "warehouse"


def studies_folder(home: Path) -> Path:
    """`studies/` in the installation's folder: one folder a study, called by its id."""
    return home / STUDIES


def study_folder(home: Path, study_id: UUID) -> Path:
    """Where the files of a study that is done are."""
    return studies_folder(home) / study_id.hex


def media_type(name: str) -> str:
    """What a file of a study is, by its ending; unknown ones are plain bytes."""
    ending = Path(name).suffix.lower()
    return _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
