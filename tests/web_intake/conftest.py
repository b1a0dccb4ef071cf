"""A shop with nothing sold, an installation's folder, and colleagues with browsers."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from till_shop import DOCUMENT, open_shop
from web_console.conftest import sign_in  # noqa: F401  (a fixture)

from regulars.core.refusal import Refused
from regulars.integrations.receipts.look_process import looked
from regulars.integrations.receipts.looking import Look, LookRefused
from regulars.kit.outbox import QUEUE_OF_STUDIES, run_worker

HEADING = "receipt;date;sku;quantity;price;customer"
LINES = (
    "1;2026-03-01 10:00;milk;6;10.00;anna",
    "2;2026-03-02 11:00;milk;4;10.00;anna",
    "C3;2026-03-04 12:00;milk;-1;10.00;anna",
    "4;2026-03-05 12:00;=cmd;0;10.00;+79161234567",
    "5;2026-03-06 12:00;<img src=x>;1;7.00;",
)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def shop(django_on_fresh_database, home):
    with open_shop(django_on_fresh_database, DOCUMENT) as shop:
        yield shop


@pytest.fixture
def work_off() -> Callable[[], None]:
    """Does everything that was asked for."""
    return lambda: run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)


def file_of(*lines: str, heading: str = HEADING, name: str = "march.csv") -> SimpleUploadedFile:
    """An upload of lines of text."""
    return SimpleUploadedFile(name, "\n".join([heading, *lines, ""]).encode())


def uploaded(browser, file=None) -> str:
    """Where the columns of a file are, after it was uploaded."""
    answer = browser.post("/console/import/", {"file": file or file_of(*LINES)})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return answer["Location"]


FORM = {
    "number": "0", "occurred_at": "1", "sku": "2", "quantity": "3", "price": "4", "customer": "5",
    "identifier": "external", "store_code": "import", "till_code": "import", "goods": "goods",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _look_here(monkeypatch):
    """Looks at files in this process instead of one of their own, which takes seconds to begin."""
    monkeypatch.setattr("regulars.studies.uploads.look_at", _look)


def _look(path: Path, name: str) -> Look:
    try:
        return Look.model_validate(looked(path))
    except Refused as refusal:
        named = {"file": name} if "file" in refusal.params else {}
        raise LookRefused(refusal.code, refusal.params | named) from None


@pytest.fixture
def second_connection(shop):
    """Gives a block with a cursor of somebody else."""

    @contextmanager
    def connect():
        with psycopg.connect(shop.access.owner.conninfo, autocommit=True) as connection:
            yield connection.cursor()

    return connect
