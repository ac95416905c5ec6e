"""Photos from outside, made anew: new pixels, no metadata, bounded size (reliability.md 3.3).

A picture is known by its content, never by its name. It is decoded within limits, turned upright, painted on a fresh
canvas and written again as JPEG; whatever else the file carried (GPS, comments, a second file behind the picture) stays
behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Final

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.errors import NotValid

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PIXELS: Final = 25_000_000
MAX_SIDE: Final = 2560
THUMBNAIL_SIDE: Final = 360
QUALITY: Final = 85
THUMBNAIL_QUALITY: Final = 78

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_HEIC_BRANDS: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"heif")


@dataclass(frozen=True)
class ProcessedPhoto:
    """A photo ready to be stored: JPEG bytes, their SHA-256 (hex), pixel size, and a JPEG thumbnail."""

    content: bytes
    sha256: str
    width: int
    height: int
    thumbnail: bytes

    @property
    def size(self) -> int:
        """Bytes of the photo without its thumbnail."""
        return len(self.content)


def process_photo(file: IO[bytes] | bytes) -> ProcessedPhoto:
    """The photo in `file`, re-encoded. NotValid (field ``photo``) for anything that is no allowed, whole picture."""
    data = _read(file)
    _check_kind(data)
    picture = _decoded(data)
    content = _jpeg(picture, QUALITY)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    width, height = Image.open(BytesIO(content)).size
    digest = hashlib.sha256(content).hexdigest()
    return ProcessedPhoto(content, digest, width, height, _jpeg(picture, THUMBNAIL_QUALITY))


def _refusal(message: str) -> NotValid:
    return NotValid(message, {"photo": [message]})


def _read(file: IO[bytes] | bytes) -> bytes:
    limit = getattr(settings, "PHOTO_MAX_BYTES", MAX_BYTES)
    data = file if isinstance(file, bytes) else file.read(limit + 1)
    if not data:
        raise _refusal(_("The photo file is empty."))
    if len(data) > limit:
        raise _refusal(_("The photo is too large: at most %(size)s MB are allowed.") % {"size": limit // 1024**2})
    return data


def _check_kind(data: bytes) -> None:
    """By the first bytes, so that no other decoder is ever tried."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise _refusal(
            _("HEIC photos cannot be read here. Choose “Most compatible” in the camera settings, or send a JPEG.")
        )
    known = data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4], data[8:12]) == (b"RIFF", b"WEBP")
    if not known:
        raise _refusal(_("Only JPEG, PNG and WebP photos are accepted."))


@contextmanager
def _refusing() -> Iterator[None]:
    """Decoders meet hostile bytes with all kinds of exceptions; people get one sentence."""
    try:
        yield
    except NotValid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise _refusal(_("Only JPEG, PNG and WebP photos are accepted.")) from None
    except Exception as error:  # OSError, SyntaxError, ValueError, struct.error, EOFError, MemoryError, zlib.error ...
        raise _refusal(_("The photo is damaged or incomplete. Please take or send it again.")) from error


def _too_many_pixels() -> NotValid:
    return _refusal(
        _("The photo has too many pixels: at most %(count)s million are allowed.") % {"count": MAX_PIXELS // 1_000_000}
    )


def _decoded(data: bytes) -> Image.Image:
    """The upright picture in RGB, at most `MAX_SIDE` wide and high, on a canvas that knows nothing of the file."""
    with _refusing(), Image.open(BytesIO(data), formats=_FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _too_many_pixels()
        if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:  # MPO: a phone's JPEG with a second view behind
            raise _refusal(_("Animated pictures are not accepted."))
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        image.load()
        return _canvas(_upright(image))


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF says nothing about the pixels
        return image


def _canvas(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    canvas = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        canvas.paste(image, mask=image.getchannel("A"))
    else:
        canvas.paste(image.convert("RGB"))
    canvas.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    return canvas


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
