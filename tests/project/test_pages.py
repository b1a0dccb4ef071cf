"""Pages under ASGI: what a WSGI application sees and says comes through unharmed."""

import asyncio
import threading

import pytest

from regulars.project.pages import Pages


def ask(application, *, headers=(), body=(b"",), path="/seite/ü", query=b"a=1&b=%C3%BC", then=None):
    """One request through `Pages`; the status, headers and body of the answer."""
    sent = []
    parts = [
        {"type": "http.request", "body": part, "more_body": index < len(body) - 1}
        for index, part in enumerate(body)
    ]

    async def receive():
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": query,
        "http_version": "1.1",
        "scheme": "https",
        "server": ("shop.example", 443),
        "client": ("192.0.2.7", 5555),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(Pages(application)(scope, receive, send))
    start, rest = sent
    return start["status"], dict(start["headers"]), rest["body"]


class Recorder:
    """A WSGI application that keeps what it was asked and says what it is told."""

    def __init__(self, status="200 OK", headers=(), chunks=(b"",)):
        self.answer = status, list(headers), chunks
        self.closed = False

    def __call__(self, environ, start_response):
        self.environ = environ
        self.body = environ["wsgi.input"].read()
        self.thread = threading.current_thread()
        start_response(*self.answer[:2])
        return self

    def __iter__(self):
        yield from self.answer[2]

    def close(self):
        self.closed = True
        self.closed_in = threading.current_thread()


def test_a_request_arrives_whole():
    page = Recorder()
    ask(
        page,
        headers=[("Content-Type", "text/plain"), ("Accept", "a"), ("accept", "b")],
        body=[b"on", b"e"],
    )
    assert page.body == b"one"
    expected = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/seite/ü".encode().decode("latin-1"),
        "QUERY_STRING": "a=1&b=%C3%BC",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
        "HTTP_ACCEPT": "a,b",
        "REMOTE_ADDR": "192.0.2.7",
        "SERVER_PORT": "443",
        "wsgi.url_scheme": "https",
    }
    assert expected.items() <= page.environ.items()


def test_an_answer_comes_back_whole_and_is_closed_where_it_was_made():
    page = Recorder("418 I'm a teapot", [("X-Tea", "ja")], [b"to", b"", b"ll"])
    assert ask(page) == (418, {b"x-tea": b"ja"}, b"toll")
    assert page.closed
    assert page.closed_in is page.thread is not threading.main_thread()


def test_a_forged_header_does_not_pass_for_a_real_one():
    page = Recorder()
    ask(page, headers=[("X_Forwarded_Proto", "https"), ("Content-Length", "999")])
    assert "HTTP_X_FORWARDED_PROTO" not in page.environ
    assert page.environ["CONTENT_LENGTH"] == "0"


def test_a_huge_body_is_refused_before_the_page_sees_it():
    page = Recorder()
    status, _, _ = ask(page, body=[b"x" * 1024 * 1024] * 11)
    assert status == 413
    assert not hasattr(page, "body")


def test_pages_are_made_side_by_side():
    both = threading.Barrier(2, timeout=5)

    def page(environ, start_response):
        both.wait()
        start_response("204 No Content", [])
        return []

    pages = Pages(page)

    async def story():
        async def one():
            async def receive():
                return {"type": "http.request", "body": b""}

            async def send(message):
                sent.append(message["type"])

            scope = {
                "type": "http",
                "method": "GET",
                "path": "/",
                "query_string": b"",
                "headers": [],
            }
            await pages({**scope, "http_version": "1.1"}, receive, send)

        await asyncio.gather(one(), one())

    sent = []
    asyncio.run(story())
    assert sent.count("http.response.start") == 2


def test_a_page_that_fails_does_not_hang():
    def page(environ, start_response):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(page)
