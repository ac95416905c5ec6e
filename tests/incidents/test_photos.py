"""Photos from outside: what is accepted comes out clean, the rest is refused in words."""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from accounts.errors import NotValid
from incidents.photos import MAX_PIXELS, process_photo

HTML = b"<script>alert(1)</script>"
ZIP = b"PK\x05\x06" + bytes(18)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """The words that the tests look for."""
    with translation.override("en"):
        yield


def picture(mode: str = "RGB", size: tuple[int, int] = (64, 48), color: Any = None) -> Image.Image:
    return Image.new(mode, size, color if color is not None else 0)


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_gps() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010E] = "SECRETNOTE"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (34.0, 44.0, 55.5)
    exif.get_ifd(0x8769)[0x927C] = b"MAKERNOTE"
    return saved(picture(), exif=exif, comment=b"COMMENT" + HTML, icc_profile=b"ICCSECRET" * 20, dpi=(300, 300))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def middle(data: bytes) -> Any:
    image = opened(data)
    return image.getpixel((image.width // 2, image.height // 2))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_allowed_kind_becomes_a_jpeg(kind: str) -> None:
    photo = process_photo(io.BytesIO(saved(picture(color="red"), kind)))
    assert opened(photo.content).format == opened(photo.thumbnail).format == "JPEG"
    assert (photo.width, photo.height) == opened(photo.content).size == (64, 48)
    assert photo.sha256 == hashlib.sha256(photo.content).hexdigest()
    assert photo.size == len(photo.content)


def test_the_same_photo_gives_the_same_bytes() -> None:
    data = saved(picture(color="red"))
    assert process_photo(data) == process_photo(data)


def test_no_metadata_survives() -> None:
    photo = process_photo(with_gps())
    for data in (photo.content, photo.thumbnail):
        assert not opened(data).getexif()
        assert set(opened(data).info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
        assert not any(word in data for word in (b"Exif", b"SECRET", b"COMMENT", b"MAKERNOTE", b"script", b"ICC"))


def test_png_text_and_xmp_do_not_survive() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "SECRETNOTE")
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>SECRETNOTE</x:xmpmeta>")
    assert b"SECRET" not in process_photo(saved(picture(), "PNG", pnginfo=info)).content


def test_the_orientation_is_applied() -> None:
    photo = process_photo(with_gps())
    assert (photo.width, photo.height) == (48, 64)


def test_a_large_photo_is_made_smaller_and_its_thumbnail_is_small() -> None:
    photo = process_photo(saved(picture(size=(5000, 2500))))
    assert (photo.width, photo.height) == (2560, 1280)
    assert opened(photo.thumbnail).size == (360, 180)


def test_a_narrow_strip_keeps_at_least_one_pixel() -> None:
    photo = process_photo(saved(picture(size=(1, 9000)), "PNG"))
    assert (photo.width, photo.height) == (1, 2560)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "I;16", "LA", "RGBA"])
def test_every_colour_mode_is_painted_as_rgb(mode: str) -> None:
    kind = "JPEG" if mode in {"CMYK", "YCbCr"} else "PNG"
    assert opened(process_photo(saved(picture(mode), kind)).content).mode == "RGB"


def test_transparent_parts_become_white() -> None:
    assert min(middle(process_photo(saved(picture("RGBA", color=(0, 0, 0, 0)), "PNG")).content)) > 250


def test_colours_are_kept() -> None:
    red, green, blue = middle(process_photo(saved(picture(color=(200, 40, 60)))).content)
    assert abs(red - 200) + abs(green - 40) + abs(blue - 60) < 12


def test_a_phones_jpeg_with_a_second_view_is_taken_as_its_first() -> None:
    out = io.BytesIO()
    picture(color="red").save(out, "MPO", save_all=True, append_images=[picture(color="blue")])
    red, _green, blue = middle(process_photo(out.getvalue()).content)
    assert red > 200
    assert blue < 100


@pytest.mark.parametrize(
    "tail", [HTML, ZIP, b"%PDF-1.4\n1 0 obj<</JS(app.alert(1))>>endobj", b"GIF89a" + HTML, b"<?php system('id');"]
)
def test_a_second_file_behind_the_picture_stays_behind(tail: bytes) -> None:
    for kind in ("JPEG", "PNG"):
        photo = process_photo(saved(picture(), kind) + tail)
        assert tail not in photo.content + photo.thumbnail


def test_a_page_hidden_in_a_jpeg_comment_stays_behind() -> None:
    page = b"\xff\xd8\xff\xfe" + struct.pack(">H", len(HTML) + 2) + HTML + saved(picture())[2:]
    assert HTML not in process_photo(page).content


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (HTML, "Only JPEG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "Only JPEG"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg/>', "Only JPEG"),
        (saved(picture(), "GIF"), "Only JPEG"),
        (saved(picture(), "BMP"), "Only JPEG"),
        (saved(picture(), "TIFF"), "Only JPEG"),
        (b"%PDF-1.4 " + saved(picture()), "Only JPEG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "Only JPEG"),
        (b"MZ" + saved(picture()), "Only JPEG"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
        (b"\xff\xd8\xff", "damaged|Only"),
        (b"\xff\xd8\xff" + b"\x00" * 500, "damaged|Only"),
        (b"\x89PNG\r\n\x1a\n", "damaged|Only"),
        (b"RIFF\x00\x00\x00\x00WEBP", "damaged|Only"),
        (png_claiming(0, 0), "damaged|Only"),
        (png_claiming(5001, 5000), "too many pixels"),
        (png_claiming(20_000, 20_000), "too many pixels"),
        (png_claiming(2**31 - 1, 2**31 - 1), "too many pixels|damaged"),
        (png_claiming(4000, 4000), "damaged"),
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "too large"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(NotValid, match=words) as caught:
        process_photo(io.BytesIO(data))
    assert caught.value.fields["photo"]


def test_a_real_pixel_bomb_of_few_bytes_is_refused() -> None:
    bomb = saved(Image.new("1", (10_000, 10_000)), "PNG")
    assert len(bomb) < 30_000
    with pytest.raises(NotValid, match="too many pixels"):
        process_photo(bomb)


def test_the_pixel_limit_itself_is_allowed() -> None:
    side = int(MAX_PIXELS**0.5)
    assert process_photo(saved(picture("L", (side, side)), "PNG")).width == 2560


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_photo_is_refused(kind: str) -> None:
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    data = saved(noise, kind)
    with pytest.raises(NotValid, match="damaged"):
        process_photo(data[: len(data) // 2])


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind: str) -> None:
    frames = saved(picture(color="red"), kind, save_all=True, append_images=[picture(color="blue")], duration=100)
    with pytest.raises(NotValid, match="Animated"):
        process_photo(frames)


def test_the_size_limit_is_a_setting(settings: Any) -> None:
    settings.PHOTO_MAX_BYTES = 100
    with pytest.raises(NotValid, match="too large"):
        process_photo(saved(picture()))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_does_not_cost_the_photo() -> None:
    exif = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff\x01\x12"
    assert process_photo(saved(picture(), exif=exif)).width == 64


SEEDS = [saved(Image.effect_noise((40, 40), 50).convert("RGB"), kind) for kind in ("JPEG", "PNG", "WEBP")]


@pytest.mark.filterwarnings("ignore")
@settings(deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=4)), max_size=6))
def test_damaged_bytes_raise_nothing_but_not_valid(seed: bytes, cuts: list[tuple[int, bytes]]) -> None:
    data = bytearray(seed)
    for place, junk in cuts:
        start = 4 + place % (len(data) - 4)
        data[start : start + len(junk)] = junk
    with suppress(NotValid):
        assert opened(process_photo(bytes(data)).content).format == "JPEG"
