"""Uploaded pictures are drawn anew; what is no picture, or a trap, is refused."""

import io
import zlib

import pytest
from PIL import Image, PngImagePlugin

from regulars.kit.pictures import PictureTooLarge, PictureUnreadable, reencoded_png


def picture(size=(300, 100), kind="PNG", **options):
    made = io.BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, size, (11, 102, 80)).save(made, kind, **options)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_png_within_the_box(kind):
    with Image.open(
        io.BytesIO(reencoded_png(picture(kind=kind), width_max=60, height_max=60))
    ) as out:
        assert (out.format, out.size) == ("PNG", (60, 20))


def test_a_small_picture_is_not_blown_up():
    with Image.open(io.BytesIO(reencoded_png(picture((8, 8)), width_max=60, height_max=60))) as out:
        assert out.size == (8, 8)


def test_nothing_hides_in_what_is_kept():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    told = picture(pnginfo=info) + b"<?php evil"
    kept = reencoded_png(told, width_max=400, height_max=400)
    assert b"script" in told
    for word in (b"script", b"php", b"Comment"):
        assert word not in kept


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"GIF89a" + b"\0" * 50,
        picture()[:60],
        b"%PDF-1.4 not a picture",
    ],
)
def test_what_is_no_picture_of_ours_is_refused(data):
    with pytest.raises(PictureUnreadable):
        reencoded_png(data, width_max=60, height_max=60)


def test_too_many_bytes_are_not_even_looked_at():
    with pytest.raises(PictureTooLarge):
        reencoded_png(b"\0" * (4 * 1024 * 1024 + 1), width_max=60, height_max=60)


def test_a_picture_of_a_billion_pixels_is_refused_before_it_is_drawn():
    side = 60_000
    header = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])

    def chunk(kind, body):
        check = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + check

    rows = zlib.compress(b"\0" * 100_000)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)
    with pytest.raises(PictureTooLarge):
        reencoded_png(bomb + chunk(b"IEND", b""), width_max=60, height_max=60)
