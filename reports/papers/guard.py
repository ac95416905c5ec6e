"""Is this file a Word document without harm? Asked before anything opens it (reliability.md 3.3).

A template is uploaded by people whom we know, and yet: macros, links to other files, fields that fetch, packed bombs
and entities would reach everybody who downloads a paper made of it.
"""

import io
from collections.abc import Iterator
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from docx.oxml import parse_xml

from accounts.errors import NotValid
from grid.zipguard import UnsafeArchive, check_archive

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_XML: Final = 1024 * 1024
"""Bytes of one part of text; a letterhead has a hundredth of it."""
MAX_BRACES: Final = 1000
MAIN: Final = "word/document.xml"
TYPES: Final = "[Content_Types].xml"
MAIN_TYPE: Final = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ENDINGS: Final = (".xml", ".rels", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".odttf")
NO_TYPES: Final = (b"macroEnabled", b"vbaProject", b"activeX", b"oleObject", b"ms-office.vbaProject")
NO_RELATIONS: Final = ("vbaproject", "oleobject", "package", "control", "afchunk", "attachedtemplate", "subdocument")
NO_FIELDS: Final = ("DDE", "INCLUDE", "LINK", "IMPORT", "MACRO", "DATABASE")
"""Fields that fetch, link or run something; found as parts of words, because a field may be cut into pieces."""

_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def check_docx(data: bytes) -> None:
    """NotValid (field ``file``), with the reason, unless `data` is a plain .docx that can be opened without harm."""
    said = _first_fault(data)
    if said:
        raise NotValid(said, {"file": [said]})


def _first_fault(data: bytes) -> str:
    if not data:
        return _("The file is empty.")
    if len(data) > MAX_BYTES:
        return _("The file is too large: at most %(size)s MB are allowed.") % {"size": MAX_BYTES // 1024**2}
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive)
            return next(_faults(archive), "")
    except BadZipFile:
        return _("This is not a Word document (.docx). Save it as “Word document (*.docx)”.")
    except UnsafeArchive:
        return _("The file is packed in a way that no Word document is. Save it anew and try again.")
    except (SyntaxError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError):
        return _("The file is damaged: Word parts of it cannot be read.")


def _faults(archive: ZipFile) -> Iterator[str]:
    names = archive.namelist()
    if MAIN not in names or TYPES not in names or MAIN_TYPE not in archive.read(TYPES):
        yield _("This is not a Word document (.docx). Save it as “Word document (*.docx)”.")
        return
    if strange := [name for name in names if _is_strange(name)]:
        yield _("The file contains “%(name)s”, which does not belong into a template.") % {"name": strange[0][:80]}
    types = archive.read(TYPES).lower()
    if any(one.lower() in types for one in NO_TYPES):
        yield _("The file contains macros or embedded programs. Save it without them as “Word document (*.docx)”.")
    for name in names:
        if name.lower().endswith((".xml", ".rels")):
            yield from _faults_of_part(archive, name)


def _is_strange(name: str) -> bool:
    low = name.lower()
    outside = low.startswith(("/", "\\")) or ".." in low or "\x00" in low
    return outside or not low.endswith((*ENDINGS, "/")) or low.startswith("word/embeddings/")


def _faults_of_part(archive: ZipFile, name: str) -> Iterator[str]:
    if archive.getinfo(name).file_size > MAX_XML:
        yield _("The part “%(name)s” is too large for a template.") % {"name": name[:80]}
        return
    root = parse_xml(archive.read(name))  # resolves no entities; check_archive has refused document types already
    yield from _faults_of_relations(root) if name.lower().endswith(".rels") else _faults_of_text(root)


def _faults_of_relations(root: Any) -> Iterator[str]:
    for one in root.iter():
        if not isinstance(one.tag, str):
            continue
        kind = one.get("Type", "").rsplit("/", 1)[-1].lower()
        if one.get("TargetMode", "").lower() == "external" or kind in NO_RELATIONS:
            target = one.get("Target", "")[:80]
            yield _("The file refers to something outside (“%(target)s”). Remove the link and try again.") % {
                "target": target
            }


def _faults_of_text(root: Any) -> Iterator[str]:
    fields = "".join(one.text or "" for one in root.iter(f"{_WORD}instrText"))
    fields += "".join(one.get(f"{_WORD}instr", "") for one in root.iter(f"{_WORD}fldSimple"))
    if found := next((name for name in NO_FIELDS if name in fields.upper()), ""):
        yield _("The file contains a field (%(field)s) that fetches or links something. Remove it.") % {"field": found}
    attributes = "".join(value for one in root.iter() for value in one.attrib.values())
    yield from _faults_of_marks("".join(root.itertext()), attributes)


def _faults_of_marks(text: str, attributes: str) -> Iterator[str]:
    """Unclosed marks, and so many that reading them takes long."""
    if text.count("{") + attributes.count("{") > MAX_BRACES:
        yield _("There are too many marks: at most %(n)s.") % {"n": MAX_BRACES // 2}
    for opening, closing in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")):
        if text.count(opening) != text.count(closing):
            spot = text.find(opening if text.count(opening) > text.count(closing) else closing)
            around = " ".join(text[max(0, spot - 10) : spot + 40].split())
            yield _("A mark is not closed near “%(text)s”: %(opening)s needs %(closing)s.") % {
                "text": around,
                "opening": opening,
                "closing": closing,
            }
