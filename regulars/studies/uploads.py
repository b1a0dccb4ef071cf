"""Files that people uploaded to be imported: one folder each, for its uploader only, removed after days."""

import os
import re
import shutil
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regulars.core.refusal import Invalid, NotFound, Refused
from regulars.integrations.receipts.looking import Look, look_at
from regulars.kit.ids import new_id

BYTES_MAX = 9 << 20  # a page takes ten mebibytes with everything around the file
KEPT = timedelta(days=3)
UPLOADS_MAX = 60
_ABOUT, _FILE = "about.json", "receipts"
_NAME_MAX = 120
_NO_NAME = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]")


class UploadTooLarge(Invalid):
    """The file is larger than a page takes."""

    code = "import.upload_too_large"


class UploadsTooMany(Refused):
    """So many files wait that there is no room for another."""

    code = "import.upload_too_many"


class UploadNotFound(NotFound):
    """There is no such file, or it is somebody else's."""

    code = "import.upload_not_found"


class UploadGone(Refused):
    """The file was removed before it could be imported."""

    code = "import.upload_gone"


class _About(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(repr=False)
    bytes: int
    at: datetime
    staff: UUID
    look: Look


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits: whose it is, where it lies, and what a look at it showed."""

    id: UUID
    path: Path
    name: str
    bytes: int
    at: datetime
    staff: UUID
    look: Look


def uploads_folder(home: Path) -> Path:
    """`uploads/` in the installation's folder: one folder a file, called by its id."""
    return home / "uploads"


def keep_upload(
    home: Path, name: str, chunks: Iterable[bytes], *, staff: UUID, now: datetime
) -> Upload:
    """Keep a file of a person and look at it; what cannot be imported is not kept.

    Raises UploadTooLarge, UploadsTooMany, LookRefused.
    """
    place = uploads_folder(home)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sum(1 for _ in place.iterdir()) >= UPLOADS_MAX:
        raise UploadsTooMany(most=UPLOADS_MAX)
    upload_id, name = new_id(now=now), plain_name(name)
    folder = place / upload_id.hex
    folder.mkdir(mode=0o700)
    try:
        size = _write(folder / _FILE, chunks)
        look = look_at(folder / _FILE, name)
        about = _About(name=name, bytes=size, at=now, staff=staff, look=look)
        _write(folder / _ABOUT, [about.model_dump_json().encode()])
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Upload(upload_id, folder / _FILE, name, size, now, staff, look)


def get_upload(home: Path, upload_id: UUID, *, staff: UUID) -> Upload:
    """A file of this person. Raises UploadNotFound."""
    folder = uploads_folder(home) / upload_id.hex
    try:
        about = _About.model_validate_json((folder / _ABOUT).read_bytes())
    except (OSError, ValidationError):
        raise UploadNotFound from None
    if about.staff != staff:
        raise UploadNotFound
    told = {name: getattr(about, name) for name in ("name", "bytes", "at", "staff", "look")}
    return Upload(id=upload_id, path=folder / _FILE, **told)


def list_uploads(home: Path, *, staff: UUID | None) -> list[Upload]:
    """The files of this person that wait, the newest first."""
    place, found = uploads_folder(home), []
    if staff is None or not place.is_dir():
        return []
    for folder in place.iterdir():
        with suppress(UploadNotFound, ValueError):
            found.append(get_upload(home, UUID(folder.name), staff=staff))
    return sorted(found, key=lambda upload: upload.id, reverse=True)


def remove_upload(home: Path, upload_id: UUID, *, staff: UUID) -> None:
    """Remove a file of this person. Raises UploadNotFound."""
    found = get_upload(home, upload_id, staff=staff)
    shutil.rmtree(found.path.parent, ignore_errors=True)


def remove_old_uploads(home: Path, *, now: datetime) -> int:
    """Remove the files that were uploaded longer than `KEPT` ago; how many."""
    place, oldest = uploads_folder(home), (now - KEPT).timestamp()
    removed = 0
    for folder in place.iterdir() if place.is_dir() else ():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def plain_name(name: str) -> str:
    """What a browser calls a file, without folders, marks that turn text around, or endless length."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    return _NO_NAME.sub("", last).strip()[-_NAME_MAX:] or "file"


def _write(path: Path, chunks: Iterable[bytes]) -> int:
    size = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > BYTES_MAX:
                raise UploadTooLarge(size=f"> {BYTES_MAX >> 20}", most=BYTES_MAX >> 20)
            file.write(chunk)
    return size
