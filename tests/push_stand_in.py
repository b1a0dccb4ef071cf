"""A stand-in for a browser and its push service: takes notices over HTTP, opens them as the browser would."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from regulars.kit.push_message import encode, point_of

_numbers = count(1)


class StandInBrowser:
    """A browser with keys of its own, whose push service is the stand-in."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = bytes(range(16))
        self.endpoint = f"https://push.example.com/send/{next(_numbers)}?for=us"

    def subscription(self, **other: Any) -> dict[str, Any]:
        """What its script hands to the server."""
        keys = {"p256dh": encode(point_of(self.key)), "auth": encode(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys} | other

    def open(self, body: bytes) -> dict[str, Any]:
        """The notice in the body of a push, opened by the standard and not by our own code."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        info = b"WebPush: info\x00" + point_of(self.key) + theirs
        common = self.key.exchange(ec.ECDH(), point)
        secret = HKDF(hashes.SHA256(), 32, self.auth, info).derive(common)
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
        text = AESGCM(key).decrypt(nonce, sealed, None)
        assert text[-1:] == b"\x02"
        return dict(json.loads(text[:-1]))


class StandInPushService:
    """What it was handed, and with which status it answers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.status = 201
        self.took: list[tuple[str, dict[str, str], bytes]] = []

    def connect(self, host: str, timeout_s: float) -> socket.socket:
        """In place of a line to the public machine of that name."""
        assert host == "push.example.com"
        return socket.create_connection(("127.0.0.1", self.port), timeout_s)


@contextmanager
def stand_in_push_service() -> Iterator[StandInPushService]:
    """One that listens for the length of a block."""

    class Takes(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.took.append((self.path, dict(self.headers), body))
            self.send_response(service.status)
            self.send_header("Location", "http://127.0.0.1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *about: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    service = StandInPushService(server.server_address[1])
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
