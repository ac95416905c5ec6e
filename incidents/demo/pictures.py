"""A drawn picture for demo cases that need one; no photo of a real place or person."""

from functools import cache
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from incidents.photos import ProcessedPhoto, process_photo
from incidents.photostore import StoredPhoto, save_photos

SIZE = (800, 600)


@cache
def sample_picture(colour: str = "#7fa58a") -> ProcessedPhoto:
    """A swept courtyard in a few shapes, as the photo of somebody who looked on site."""
    image = Image.new("RGB", SIZE, "#dfe7ee")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 380, 800, 600), fill="#b9b4a9")
    for left in (60, 300, 540):
        draw.rectangle((left, 120, left + 200, 400), fill=colour, outline="#4b5b52", width=4)
        for row in range(3):
            for column in range(3):
                x, y = left + 20 + column * 60, 145 + row * 80
                draw.rectangle((x, y, x + 36, y + 46), fill="#f5efd5")
    draw.line((0, 500, 800, 440), fill="#ffffff", width=6)
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return process_photo(SimpleUploadedFile("demo.jpg", out.getvalue(), "image/jpeg"))


def sample_photo() -> StoredPhoto:
    """The same, stored."""
    return save_photos([sample_picture()])[0]
