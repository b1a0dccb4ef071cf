"""Static files: packed for who takes it, kept for good, nothing beside the folder."""

import asyncio
import gzip

import pytest

from regulars.project.static_files import StaticFiles


@pytest.fixture
def ask(tmp_path):
    folder = tmp_path / "static"
    (folder / "ui").mkdir(parents=True)
    (folder / "ui" / "base.css").write_text("a { color: red }\n" * 100)
    (folder / "face.woff2").write_bytes(b"wOF2" * 50)
    (tmp_path / "secret.css").write_text("secret")
    files = StaticFiles(folder)

    def get(name, method="GET", accept=b"gzip, deflate, br"):
        told = []

        async def send(message):
            told.append(message)

        scope = {
            "type": "http", "method": method, "path": files.prefix + name,
            "headers": [(b"accept-encoding", accept)],
        }  # fmt: skip
        asyncio.run(files(scope, None, send))
        start, body = told
        return start["status"], dict(start["headers"]), body["body"]

    return get


def test_texts_are_packed_for_who_takes_it_and_kept_for_a_year(ask):
    for accept in (b"gzip, deflate, br", b"br, gzip"):
        status, headers, body = ask("ui/base.css", accept=accept)
        assert status == 200
        assert headers[b"content-encoding"] == b"gzip"
        assert gzip.decompress(body) == b"a { color: red }\n" * 100
        assert int(headers[b"content-length"]) == len(body) < 200
        assert headers[b"content-type"] == b"text/css; charset=utf-8"
        assert headers[b"cache-control"] == b"public, max-age=31536000, immutable"
        assert headers[b"vary"] == b"accept-encoding"
        assert headers[b"x-content-type-options"] == b"nosniff"
    for accept in (b"", b"br", b"gzip;q=0", b"gzip; q=0, br"):
        status, headers, body = ask("ui/base.css", accept=accept)
        assert b"content-encoding" not in headers
        assert body == b"a { color: red }\n" * 100


def test_what_is_packed_already_is_sent_as_it_is(ask):
    status, headers, body = ask("face.woff2")
    assert (status, body) == (200, b"wOF2" * 50)
    assert headers[b"content-type"] == b"font/woff2"
    assert b"content-encoding" not in headers


@pytest.mark.parametrize(
    "name",
    ["", "ui", "none.css", "../secret.css", "ui/../../secret.css", "/etc/passwd", "ui\\base.css"],
)
def test_nothing_else_is_there(ask, name):
    assert ask(name)[0] == 404


def test_only_reading_is_allowed(ask):
    assert ask("ui/base.css", method="POST")[0] == 405
    status, headers, body = ask("ui/base.css", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers[b"content-length"]) > 0
