"""Fields that several forms of cases share."""

import math
import re
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotValid
from incidents.models import Category
from incidents.photos import ProcessedPhoto, process_photo

PHOTO_LIMIT: Final = 9
_SEPARATOR: Final = re.compile(r"[\s,，;；]+")
Choices = list[tuple[str, Any]]


class PhotoInput(forms.ClearableFileInput):
    """Several files in one control."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to nine photos, each re-encoded at once: nothing of the file that came in is used further."""

    widget = PhotoInput

    def __init__(self, *, maximum: int = PHOTO_LIMIT, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Photos"))
        super().__init__(**kwargs)
        self.maximum = maximum

    def clean(self, data: Any, initial: Any = None) -> list[ProcessedPhoto]:  # type: ignore[override]
        """The photos, made anew; each refusal names its file."""
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > self.maximum:
            raise ValidationError(_("At most %(n)d photos."), params={"n": self.maximum}, code="many")
        if not files:
            super().clean(None, initial)
            return []
        return [self._clean_one(file) for file in files]

    def _clean_one(self, file: UploadedFile) -> ProcessedPhoto:
        try:
            return process_photo(file)
        except NotValid as error:
            said = {"name": file.name, "why": error}
            raise ValidationError("%(name)s: %(why)s", params=said, code="photo") from error


class CategoryField(forms.ChoiceField):
    """A minor class, grouped by its major class; gives a `Category` or None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Category"))
        super().__init__(choices=self._offer, **kwargs)

    def _offer(self) -> Choices:
        self.known = {str(category.pk): category for category in _minor_classes()}
        return [("", "—"), *_grouped(self.known.values())]

    def clean(self, value: Any) -> Any:
        """The category behind the chosen id."""
        chosen = super().clean(value)
        return self.known.get(chosen) if chosen else None


def _minor_classes() -> Iterable[Category]:
    rows = Category.objects.filter(is_active=True, parent__isnull=False)
    return rows.select_related("parent").only("id", "name", "kind", "code", "parent__name")


def _grouped(categories: Iterable[Category]) -> Choices:
    groups: dict[str, Choices] = {}
    for category in categories:
        groups.setdefault(str(category.parent), []).append((str(category.pk), category.name))
    return list(groups.items())


class Refillable(forms.BaseForm):
    """A form whose hidden values can be renewed before it is shown again."""

    def renew(self, name: str, value: str) -> None:
        """Put `value` in the place of what was sent under `name`."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data[name] = value
        self.data = data


class DegreesField(forms.FloatField):
    """Longitude or latitude in WGS-84 degrees, hidden: the map and the device fill it."""

    widget = forms.HiddenInput

    def __init__(self, *, limit: float, **kwargs: Any) -> None:
        super().__init__(min_value=-limit, max_value=limit, required=False, **kwargs)

    def clean(self, value: Any) -> float | None:
        """A finite number inside the limits."""
        number = super().clean(value)
        if number is not None and not math.isfinite(number):
            raise ValidationError(_("Not a position."), code="invalid")
        return number


def parse_coordinates(text: str) -> tuple[float, float]:
    """(lon, lat) from "113.62, 34.75" in either order: in China longitudes are 73-136 and latitudes 3-54.

    ValidationError when the text is no such pair.
    """
    try:
        first, second = (float(part) for part in _SEPARATOR.split(text.strip()))
    except ValueError as error:
        raise ValidationError(_("Write two numbers, for example 113.625300, 34.746600."), code="invalid") from error
    lon, lat = (second, first) if first < 60 < second else (first, second)
    if not (73 <= lon <= 136 and 3 <= lat <= 54):
        raise ValidationError(_("This is no place in China: check the two numbers."), code="outside")
    return lon, lat
