"""会商事项: what the daily meeting should settle, proposed from the numbers by rules that a clerk can check.

They are proposals: the meeting decides. Each names who must act, what, and the numbers it rests on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from reports.words import listed, percent, staff_of, templates

Json = dict[str, Any]

NUMBERS_NAMED: Final = 5
LOW_RATE: Final = 0.9
"""Below this share of work on time the supervisor is asked to act."""
RATE_COUNTS_FROM: Final = 5
"""A rate over fewer cases than this says nothing."""


def propose(snapshot: Mapping[str, Any]) -> list[Json]:
    """All proposals of a snapshot, in the order of urgency; kind, text, who, and numbers of the cases."""
    return [proposal for rule in RULES for proposal in rule(snapshot)]


def _proposal(kind: str, who: str, numbers: Sequence[str] = (), **values: Any) -> Json:
    sentence = templates("daily")["matters"][kind]
    text = sentence.format(unit=who, holder=who, area=who, numbers=_named(numbers), **values)
    return {"kind": kind, "who": text.split("：", 1)[0], "text": text.split("：", 1)[1], "numbers": list(numbers)}


def _named(numbers: Sequence[str]) -> str:
    few = listed(numbers[:NUMBERS_NAMED])
    return f"{few}等" if len(numbers) > NUMBERS_NAMED else few


def _overdue_units(snapshot: Mapping[str, Any]) -> Iterator[Json]:
    """Who has cases in hand that are over the handling limit."""
    numbers = defaultdict(list)
    for case in snapshot["overdue"]:
        if case["state"] in ("dispatched", "handling", "reworking", "confirming"):
            numbers[case["unit"] or staff_of(case["area_name"])].append(case["number"])
    for who in sorted(numbers, key=lambda name: (-len(numbers[name]), name)):
        yield _proposal("overdue_unit", who, numbers[who], n=len(numbers[who]))


def _overdue_stages(snapshot: Mapping[str, Any]) -> Iterator[Json]:
    """Overdue work of the centre's own desks."""
    numbers = defaultdict(list)
    for case in snapshot["overdue"]:
        stage, holder = templates("daily")["stages"][case["state"]]
        if holder:
            numbers[stage, holder].append(case["number"])
    for (stage, holder), cases in numbers.items():
        yield _proposal("overdue_stage", holder, cases, n=len(cases), stage=stage)


def _waiting_desks(snapshot: Mapping[str, Any]) -> Iterator[Json]:
    """Cases that wait for acceptance or dispatch at the end of the day."""
    for measure, state in (("to_accept", "reported"), ("to_dispatch", "filed")):
        late = sum(case["state"] == state for case in snapshot["overdue"])  # these have a proposal of their own
        if (n := snapshot["total"]["numbers"][measure] - late) > 0:
            yield _proposal(measure, templates("daily")["stages"][state][1], n=n)


def _sent_back(snapshot: Mapping[str, Any]) -> Iterator[Json]:
    """Returned and reworked cases of the day."""
    for measure in ("returned", "reworked"):
        if numbers := snapshot["sent_back"][measure]:
            yield _proposal(measure, "", numbers, n=len(numbers))


def _hot_places(snapshot: Mapping[str, Any]) -> Iterator[Json]:
    """What comes again and again in one place."""
    for issue in snapshot["hot"]:
        yield _proposal(
            "hot", issue["area_name"], place=issue["place"], category=issue["category"], reported=issue["reported"]
        )


def _rising_categories(snapshot: Mapping[str, Any]) -> Iterator[Json]:
    """What rose much above its usual number."""
    for issue in snapshot["rising"]:
        yield _proposal("rising", "", category=issue["category"], new=issue["new"])


def _low_rate(snapshot: Mapping[str, Any]) -> Iterator[Json]:
    """Too little handled on time."""
    rate = snapshot["total"]["rates"]["on_time_handling_rate"]
    if rate["below"] >= RATE_COUNTS_FROM and rate["value"] < LOW_RATE:
        yield _proposal("rate", "", rate=percent(rate["value"]), bar=f"{LOW_RATE:.0%}")


RULES: Final[tuple[Callable[[Mapping[str, Any]], Iterator[Json]], ...]] = (
    _overdue_units,
    _overdue_stages,
    _waiting_desks,
    _sent_back,
    _hot_places,
    _rising_categories,
    _low_rate,
)
