"""Notices are sealed as RFC 8291 says, and signed as RFC 8292 says."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from push_stand_in import StandInBrowser

from regulars.kit.push_message import (
    NotAKey,
    authorisation,
    decode,
    encode,
    encrypted,
    point_of,
    public_key,
    sender_key,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_the_example_of_the_standard_comes_out_to_the_byte():
    # RFC 8291, appendix A.
    private = int.from_bytes(decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    made = encrypted(
        b"When I grow up, I want to be a watermelon",
        decode(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        decode("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=decode("DGv6ra1nlYgDCS1FRnbzlw"),
        own=ec.derive_private_key(private, ec.SECP256R1()),
    )
    assert encode(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
        "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
        "lcy4a-fN"
    )


def test_no_notice_is_sealed_twice_the_same_and_each_is_read():
    browser, text = StandInBrowser(), json.dumps({"title": "35 баллов"}).encode()
    point = point_of(browser.key)
    one, other = (encrypted(text, point, browser.auth) for _ in range(2))
    assert one != other
    assert browser.open(one) == browser.open(other) == {"title": "35 баллов"}


@pytest.mark.parametrize("point", [b"", b"\x04" + bytes(64), b"\x02" + bytes(64), bytes(66)])
def test_what_is_no_point_of_the_curve_is_no_key(point):
    with pytest.raises(NotAKey):
        public_key(point)


def test_the_sender_s_key_follows_from_the_secret_and_signs_for_one_service():
    key = sender_key("secret")
    assert point_of(key) == point_of(sender_key("secret")) != point_of(sender_key("other"))
    header = authorisation(key, "https://push.example.com", "mailto:club@example.com", now=NOW)
    token, _, shown = header.removeprefix("vapid t=").partition(", k=")
    assert decode(shown) == point_of(key)
    head, claims, signature = token.split(".")
    assert json.loads(decode(head))["alg"] == "ES256"
    told = json.loads(decode(claims))
    assert told["aud"] == "https://push.example.com"
    assert 0 < told["exp"] - NOW.timestamp() <= 24 * 3600
    raw = decode(signature)
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    signed = f"{head}.{claims}".encode()
    key.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
