"""Zip containers whose bytes depend on their content only."""

from __future__ import annotations

import io
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def timeless(data: bytes) -> bytes:
    """The same archive with every member dated at the beginning of zip time."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for member in source.infolist():
            fresh = ZipInfo(member.filename, EPOCH)
            fresh.compress_type = ZIP_DEFLATED
            fresh.external_attr = 0o600 << 16
            target.writestr(fresh, source.read(member))
    return out.getvalue()
