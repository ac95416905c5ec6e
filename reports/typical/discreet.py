"""Taking personal data out of texts that leave the street (domain.md 8): what is printed as an example names nobody."""

import re
from collections.abc import Iterable
from typing import Final

from accounts.protect import mask_name, mask_numbers

_ROOM: Final = re.compile(
    r"(?:(?<=[0-9号楼栋幢座]))\s*[0-9一二三四五六七八九十甲乙丙东西]{1,3}单元(?:\s*[0-9]{1,5}(?:室|号房|号|户)?)?"
    r"|[0-9]{3,4}(?:室|号房|户)"
)
_TELEPHONE: Final = re.compile(r"(?<![0-9])0[0-9]{2,3}[-－ ]?[0-9]{7,8}(?![0-9])", re.ASCII)
_PLATE: Final = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·.]?[A-Z0-9]{5,6}")
HIDDEN: Final = "**"


def discreet(text: str, *, names: Iterable[str] = ()) -> str:
    """`text` with phone and identity numbers, plates, units and rooms, and the given people's names masked."""
    for name in sorted({n for n in names if len(n) > 1}, key=len, reverse=True):
        text = text.replace(name, mask_name(name))
    for pattern in (_TELEPHONE, _ROOM, _PLATE):
        text = pattern.sub(HIDDEN, text)
    return mask_numbers(text)


def tells_too_much(text: str, *, names: Iterable[str] = ()) -> bool:
    """Whether `discreet` would still change something."""
    return discreet(text, names=names) != text
