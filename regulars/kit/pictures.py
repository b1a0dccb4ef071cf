"""Pictures that people upload: read with limits, drawn anew, and only that kept."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

from regulars.core.refusal import Invalid

BYTES_MAX = 4 * 1024 * 1024
SIDE_MAX = 6000
_FORMATS = ("PNG", "JPEG", "WEBP")


class PictureUnreadable(Invalid):
    """What was sent is not a picture of a kind that we read, or a broken one."""

    code = "picture.unreadable"


class PictureTooLarge(Invalid):
    """More bytes or pixels than we decode."""

    code = "picture.too_large"


def reencoded_png(data: bytes, *, width_max: int, height_max: int) -> bytes:
    """The picture in `data` (PNG, JPEG, WebP) as a PNG no larger than the box; nothing else of it.

    Metadata, further frames and whatever hides behind the picture are gone. The size is looked at
    before any pixel is decoded. Raises PictureUnreadable, PictureTooLarge.
    """
    if len(data) > BYTES_MAX:
        raise _too_large()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if max(opened.size) > SIDE_MAX:
                    raise _too_large()
                drawn = opened.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError):
        raise PictureUnreadable from None
    drawn.thumbnail((width_max, height_max), Image.Resampling.LANCZOS)
    fresh = Image.new("RGBA", drawn.size)
    fresh.paste(drawn)
    written = io.BytesIO()
    fresh.save(written, "PNG", optimize=True)
    return written.getvalue()


def _too_large() -> PictureTooLarge:
    return PictureTooLarge(limit_mb=BYTES_MAX // 1024 // 1024, side_max=SIDE_MAX)
