"""Limits of a class in one cell of a table: written for people, read back the same.

"处置 4 工作时；处置·紧急 2 紧急工作时；处置·第2步 依法处罚 7 工作日": stage, urgency, step with its name, amount, unit.
The words are those of the platform's language; the codes (handle, urgent, work_hour) are read too.
"""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from incidents.cataloguing import LimitLine
from incidents.models.category import Urgency
from incidents.states import Clock
from incidents.worktime import TimeUnit

JOINT: Final = "；"
_SPLIT: Final = re.compile(r"[；;\n]+")
_STEP: Final = re.compile(r"(?:第([0-9]{1,2})步|step ?([0-9]{1,2}))(?:\s*(.*))?", re.IGNORECASE)
_LINE: Final = re.compile(
    r"(?P<what>.+?)\s*(?P<amount>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[^\s0-9（(]+)(?:[（(](?P<source>.*)[）)])?"
)


def written(lines: Iterable[LimitLine]) -> str:
    """The limits as one cell; sources stand in brackets behind."""
    with translation.override(settings.LANGUAGE_CODE):
        return JOINT.join(_one(line) for line in lines)


def _one(line: LimitLine) -> str:
    parts = [str(Clock(line.clock).label)]
    if line.urgency:
        parts.append(str(Urgency(line.urgency).label))
    if line.step > 1 or line.step_name:
        parts.append(f"第{line.step}步 {line.step_name}".rstrip())
    source = f"（{line.source.replace(JOINT, '，').replace(';', '，')}）" if line.source else ""
    return f"{'·'.join(parts)} {line.amount.normalize():f} {TimeUnit(line.unit).label}{source}"


def read(cell: str) -> list[LimitLine]:
    """The limits of a cell, in their order; NotValid (field "limits") names the part that cannot be read."""
    with translation.override(settings.LANGUAGE_CODE):
        names = {
            "clock": _names(Clock),
            "urgency": _names(Urgency),
            "unit": _names(TimeUnit),
        }
    return [_read_one(part.strip(), names) for part in _SPLIT.split(cell) if part.strip()]


def _names(choices: type[Clock] | type[Urgency] | type[TimeUnit]) -> dict[str, str]:
    return {str(member.label): member.value for member in choices} | {value: value for value in choices.values}


def _read_one(part: str, names: dict[str, dict[str, str]]) -> LimitLine:
    found = _LINE.fullmatch(part)
    if found is None:
        raise _unreadable(part)
    given = {"source": found["source"] or "", "step": 1, "step_name": "", "urgency": ""}
    for position, word in enumerate(word.strip() for word in found["what"].split("·")):
        if position == 0:
            given["clock"] = _code(names["clock"], word, part)
        elif step := _STEP.fullmatch(word):
            given |= {"step": int(step[1] or step[2]), "step_name": (step[3] or "").strip()}
        else:
            given["urgency"] = _code(names["urgency"], word, part)
    try:
        amount = Decimal(found["amount"])
    except InvalidOperation as error:  # pragma: no cover - the pattern lets only numbers through
        raise _unreadable(part) from error
    return LimitLine(amount=amount, unit=_code(names["unit"], found["unit"], part), **given)  # type: ignore[arg-type]


def _code(names: dict[str, str], word: str, part: str) -> str:
    if word not in names:
        raise _unreadable(part)
    return names[word]


def _unreadable(part: str) -> NotValid:
    message = _("The limit “%(part)s” cannot be read. Write for example: %(example)s") % {
        "part": part[:80],
        "example": "处置 4 工作时；处置·紧急 2 紧急工作时；处置·第2步 依法处罚 7 工作日",
    }
    return NotValid(message, {"limits": [message]})
