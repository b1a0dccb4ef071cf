"""The bytes of a file, unpacked where it is packed, to be read more than once."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from regulars.integrations.receipts.source import FileBroken, FileUnreadable

GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Opener:
    """A file that opens again and again."""

    path: Path
    is_packed: bool = False

    @contextmanager
    def plain(self) -> Iterator[BinaryIO]:
        """The plain bytes from the beginning. Raises FileUnreadable; FileBroken where reading fails."""
        try:
            opened = self.path.open("rb")
        except OSError as failure:
            raise FileUnreadable(file=self.path.name, reason=failure.strerror or "?") from None
        with opened as file:
            try:
                # The unpacker holds nothing but `file`, which is closed here.
                yield cast(BinaryIO, gzip.open(file)) if self.is_packed else file  # noqa: SIM115
            except (EOFError, OSError, zlib.error):
                raise FileBroken(file=self.path.name) from None

    def start(self, count: int) -> bytes:
        """The first plain bytes."""
        with self.plain() as file:
            return file.read(count)


def opener(path: Path) -> Opener:
    """A way to the file's bytes. Raises FileUnreadable."""
    plain = Opener(path)
    return Opener(path, is_packed=plain.start(2) == GZIP)
