"""Is it safe to unpack this archive? Asked before a workbook is opened (reliability.md 3.3, xlsx bomb)."""

from __future__ import annotations

from typing import IO, Any, Final
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

MAX_UNPACKED: Final = 50 * 1024 * 1024
MAX_RATIO: Final = 100
MAX_MEMBERS: Final = 200
_SMALL: Final = 1024 * 1024
"""Below this size a good ratio is no danger."""


class UnsafeArchive(Exception):
    """Too many members, too much packed into too little, encrypted, or XML with a document type."""


def check_archive(archive: ZipFile) -> None:
    """UnsafeArchive unless the archive can be unpacked without harm. Only directory and XML heads are read."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise UnsafeArchive("too large")
    if len({member.filename for member in members}) < len(members):
        raise UnsafeArchive("the same name twice")
    for member in members:
        _check_member(archive, member)


def _check_member(archive: ZipFile, member: ZipInfo) -> None:
    if member.flag_bits & 0x1:
        raise UnsafeArchive("encrypted")
    if member.file_size > _SMALL and member.file_size > MAX_RATIO * max(1, member.compress_size):
        raise UnsafeArchive("packed too well")
    if member.filename.lower().endswith((".xml", ".rels", ".vml")):
        with archive.open(member) as stream:
            _check_prolog(stream)


class _RootReached(Exception):
    """The first element: no document type can follow."""


def _stop(*_arguments: Any) -> None:
    raise _RootReached


def _refuse_doctype(*_arguments: Any) -> None:
    raise UnsafeArchive("document type")


def _check_prolog(stream: IO[bytes]) -> None:
    """Entities (XXE, "billion laughs") need a document type, and that stands before the first element."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = _stop
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        while chunk := stream.read(64 * 1024):
            parser.Parse(chunk)
    except _RootReached:
        return
    except expat.ExpatError as error:
        raise UnsafeArchive("broken XML") from error
