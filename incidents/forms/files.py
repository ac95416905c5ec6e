"""The field for documents and photos."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotValid
from incidents.documents import ACCEPT, Upload, read_upload
from incidents.forms.fields import PhotoInput
from incidents.kept_files import MOST_AT_ONCE


class FilesField(forms.FileField):
    """Up to nine documents and photos, each known by its content; gives a list of `Upload` for `files.attach`."""

    widget = PhotoInput

    def __init__(self, *, maximum: int = MOST_AT_ONCE, photos_only: bool = False, **kwargs: Any) -> None:
        said = _("Photos.") if photos_only else _("PDF, Word (.docx), Excel (.xlsx) or photos, at most 20 MB each.")
        kwargs.setdefault("label", _("Photos") if photos_only else _("Files"))
        self.maximum, self.photos_only = maximum, photos_only
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", said)
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """What the browser offers to choose from."""
        return {**super().widget_attrs(widget), "accept": "image/*" if self.photos_only else ACCEPT}

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:  # type: ignore[override]
        """The files as they may be kept; each refusal names its file."""
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > self.maximum:
            raise ValidationError(_("At most %(n)d files."), params={"n": self.maximum}, code="many")
        if not files:
            super().clean(None, initial)
            return []
        return [self._clean_one(file) for file in files]

    def _clean_one(self, file: UploadedFile) -> Upload:
        try:
            upload = read_upload(file, file.name or "")
        except NotValid as error:
            said = {"name": file.name, "why": error}
            raise ValidationError("%(name)s: %(why)s", params=said, code="file") from error
        if self.photos_only and upload.photo is None:
            raise ValidationError(_("%(name)s is no photo."), params={"name": file.name}, code="photo")
        return upload
