"""Documents from outside, known by their content: PDF, Word and Excel without macros (reliability.md 3.3, uploads)."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Final
from xml.etree.ElementTree import ParseError, fromstring
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from accounts.errors import NotValid
from grid.zipguard import UnsafeArchive, check_archive
from incidents.photos import ProcessedPhoto, process_photo

MAX_BYTES: Final = 20 * 1024 * 1024
NAME_LENGTH: Final = 120
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JPEG: Final = "image/jpeg"
ENDINGS: Final = {PDF: (".pdf",), DOCX: (".docx",), XLSX: (".xlsx",), JPEG: (".jpg", ".jpeg", ".png", ".webp")}
ACCEPT: Final = ",".join(ending for endings in ENDINGS.values() for ending in endings)

_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_MAIN_PARTS: Final = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_ACTIVE_PARTS: Final = re.compile(
    r"vbaproject|activex|/embeddings/|macrosheets|externallinks/|connections\.xml|\.(?:exe|dll|js|vbs|hta|scr|bat)$",
    re.I,
)
_MOST_RELATIONS: Final = 256 * 1024
"""Bytes of one list of relations: each becomes an object while it is read."""
_FETCHED: Final = ("attachedtemplate", "oleobject", "frame", "subdocument", "externallinkpath", "image")
"""What Word and Excel fetch from another place by themselves when the file is opened; a link waits for a click."""
_ACTIVE_NAMES: Final = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z0-9])")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_UNSAFE_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|]')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was looked at and may be kept; a photo was painted anew."""

    name: str
    content_type: str
    content: bytes
    sha256: str
    photo: ProcessedPhoto | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


def read_upload(file: IO[bytes] | bytes, name: str) -> Upload:
    """The file as it may be kept, its name cleaned. NotValid (field ``files``) for everything that is not allowed.

    The kind is that of the content; a name that ends otherwise is refused, because somebody would be deceived by it.
    """
    data = file if isinstance(file, bytes) else file.read(MAX_BYTES + 1)
    if not data:
        raise _refusal(_("The file is empty."))
    if len(data) > MAX_BYTES:
        raise _refusal(_("The file is too large: at most %(size)s MB are allowed.") % {"size": MAX_BYTES // 1024**2})
    kind = _kind_of(data)
    if not clean_name(name).lower().endswith(ENDINGS[kind]):
        raise _refusal(_("The name of the file does not fit its content. Save it anew under its own kind."))
    if kind == JPEG:
        return _photo(data, name)
    return Upload(clean_name(name), kind, data, hashlib.sha256(data).hexdigest())


def _photo(data: bytes, name: str) -> Upload:
    photo = process_photo(data)
    stem = clean_name(name).rpartition(".")[0]
    return Upload(f"{stem}.jpg", JPEG, photo.content, photo.sha256, photo)


def clean_name(name: str) -> str:
    """The last part of a path, without characters that hide, turn round or mean something to a system."""
    text = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    text = "".join(one for one in text if unicodedata.category(one)[0] != "C")
    text = _UNSAFE_IN_NAMES.sub("", text).strip(" .")
    stem, dot, ending = text.rpartition(".")
    return f"{stem[: NAME_LENGTH - 10] or _('file')}{dot}{ending[:8]}"


def _refusal(message: str) -> NotValid:
    return NotValid(message, {"files": [message]})


def _kind_of(data: bytes) -> str:
    """By the first bytes, then by what is in it."""
    if data.startswith(_PICTURES):
        return JPEG
    if data.startswith(b"%PDF-"):
        _check_pdf(data)
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_archive(data)
    raise _refusal(_("Only PDF, Word (.docx), Excel (.xlsx) and photos are accepted."))


def _check_pdf(data: bytes) -> None:
    """Whole, and without what runs by itself or hides another file, as far as it is written openly."""
    if b"%%EOF" not in data[-2048:]:
        raise _refusal(_("The file is damaged or incomplete."))
    if _ACTIVE_NAMES.search(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), _outside_streams(data))):
        raise _refusal(_("The file contains programs or other files. Print it to a new PDF and send that."))


def _outside_streams(data: bytes) -> bytes:
    """The objects without their binary content; one pass, so that no file can make it slow."""
    pieces, at = [], 0
    while (begin := data.find(b"stream", at)) >= 0 and (end := data.find(b"endstream", begin + 6)) >= 0:
        pieces.append(data[at:begin])
        at = end + 9
    return b"".join([*pieces, data[at:]])


def _kind_of_archive(data: bytes) -> str:
    try:
        with ZipFile(BytesIO(data)) as archive:
            check_archive(archive)
            names = set(archive.namelist())
            fetches = any(_fetches(archive, name) for name in names if name.lower().endswith(".rels"))
    except (BadZipFile, UnsafeArchive, ParseError, NotImplementedError, OSError, ValueError, RuntimeError) as error:
        raise _refusal(_("The file is damaged, protected by a password, or packed in an unusual way.")) from error
    found = [kind for part, kind in _MAIN_PARTS.items() if part in names]
    if len(found) != 1 or "[Content_Types].xml" not in names:
        raise _refusal(_("Only PDF, Word (.docx), Excel (.xlsx) and photos are accepted."))
    if fetches or any(_ACTIVE_PARTS.search(name) for name in names):
        raise _refusal(_("The file contains programs or other files. Save it without macros and send that."))
    return found[0]


def _fetches(archive: ZipFile, name: str) -> bool:
    """Whether one of the relations brings a part from outside. BadZipFile for a list of them that nobody writes.

    Document types were refused before (`check_archive`), so nothing in it grows while it is read.
    """
    if archive.getinfo(name).file_size > _MOST_RELATIONS:
        raise BadZipFile(name)
    for one in fromstring(archive.read(name)):  # noqa: S314  # no document type, so no entities
        outside = one.get("TargetMode", "").lower() == "external"
        if outside and one.get("Type", "").lower().rpartition("/")[2] in _FETCHED:
            return True
    return False
