"""How the areas did: outcomes with their denominators. No rank under twenty cases, equal rates share a rank.

Areas are compared, never persons (architecture.md, law 14; domain.md 6.1, W38: the last three two weeks running).
"""

from typing import Any, Final

from reports import cells
from reports.cells import cell, rate_cell, row
from reports.chapters.scene import Scene
from reports.documents.prose import points
from reports.indicators import INDICATORS, MEASURE_BY_NAME, MEASURES
from reports.metrics import Counts, Tally
from reports.rhythms.compare import LEAST_CASES, said_by, shared
from reports.rhythms.prose import NAMED
from reports.rhythms.tables import head, title
from reports.words import listed, percent

Json = dict[str, Any]

BY: Final = "on_time_handling_rate"
COUNTED: Final = ("reported", "completed")
RATES: Final = ("closing_rate", "rework_rate")
LAST: Final = 3
NOTHING: Final = Tally(
    dict.fromkeys((measure.name for measure in MEASURES), 0),
    dict.fromkeys((each.name for each in INDICATORS), (0, 0)),
)


def order(scene: Scene, counts: Counts) -> list[str]:
    """The codes of the areas that may be ranked, the best first; the report's own grid is none of them."""
    able = [code for code, tally in counts.areas.items() if _is_able(scene, code, tally)]
    return sorted(able, key=lambda code: (-_rate(counts, code), code))


def _is_able(scene: Scene, code: str, tally: Tally) -> bool:
    return code != scene.code and tally.ratios[BY][1] >= LEAST_CASES


def _rate(counts: Counts, code: str) -> float:
    above, below = counts.areas[code].ratios[BY]
    return above / below


def ranks(scene: Scene) -> dict[str, int]:
    """The rank of each area that may have one; nothing when there are not two of them."""
    codes = order(scene, scene.counts)
    if len(codes) < 2:
        return {}
    rates = [_rate(scene.counts, code) for code in codes]
    return {code: rates.index(rate) + 1 for code, rate in zip(codes, rates, strict=True)}


def table(scene: Scene) -> Json:
    """Ranked areas first, then the others by code; the sum last."""
    placed = ranks(scene)
    codes = {code for code in (*scene.areas, *scene.counts.areas) if code != scene.code}
    wanted = sorted(codes, key=lambda code: (placed.get(code, len(codes) + 1), code))
    if scene.code in scene.counts.areas:
        wanted.append(scene.code)
    rows = [_row(scene, code, scene.counts.areas.get(code, NOTHING), placed.get(code)) for code in wanted]
    if rows:
        rows.append(row(_cells(shared()["columns"]["total"], scene.counts.total, None), is_total=True))
    labels = [MEASURE_BY_NAME[name].label for name in (*COUNTED, "should_handle")]
    header = [
        *head(scene, "area", "rank"),
        *labels,
        *head(scene, "on_time_rate"),
        MEASURE_BY_NAME["should_close"].label,
        *head(scene, "closing_rate", "rework_rate"),
        MEASURE_BY_NAME["overdue_open"].label,
    ]
    return cells.table(
        "ranking",
        title("ranking"),
        header,
        rows,
        unit="件",
        by="area",
        widths=(8, 3, 3, 3, 3, 5, 3, 5, 4, 3),
        chart=cells.chart("column", [2, 3]),
        note=shared()["rank_note"].format(least=LEAST_CASES),
    )


def _row(scene: Scene, code: str, tally: Tally, rank: int | None) -> Json:
    return row(_cells(scene.area(code), tally, rank), key=code)


def _cells(name: str, tally: Tally, rank: int | None) -> list[Json]:
    reported, completed = (cell(tally.numbers[each], "count", measure=each) for each in COUNTED)
    closing, rework = (rate_cell(*tally.ratios[each]) for each in RATES)
    return [
        cell(name),
        cell(rank, "rank"),
        reported,
        completed,
        cell(tally.ratios[BY][1], "count"),
        rate_cell(*tally.ratios[BY]),
        cell(tally.ratios["closing_rate"][1], "count"),
        closing,
        rework,
        cell(tally.numbers["overdue_open"], "count", measure="overdue_open"),
    ]


# --- in words ---------------------------------------------------------------------------------------------------------


def told(scene: Scene) -> list[str]:
    """Where most was reported, who leads, who is last, who was last before too; nothing of one area alone."""
    if not [code for code in scene.areas if code != scene.code]:
        return []
    return [points([_busiest(scene), _led(scene), _twice(scene), _below(scene)])]


def _busiest(scene: Scene) -> str:
    counted = {code: tally.numbers["reported"] for code, tally in scene.counts.areas.items() if code != scene.code}
    top = sorted((code for code, n in counted.items() if n), key=lambda code: (-counted[code], code))[:NAMED]
    item = shared()["structure"]["item"]
    named = listed([item.format(name=scene.area(code), n=counted[code]) for code in top])
    return str(shared()["areas"]["busiest"].format(list=named)) if named else ""


def _led(scene: Scene) -> str:
    words, said, codes = shared()["areas"], said_by(scene) | {"least": LEAST_CASES}, order(scene, scene.counts)
    if not codes:
        due = any(tally.ratios[BY][1] for code, tally in scene.counts.areas.items() if code != scene.code)
        return str(words["few" if due else "none"].format(**said))
    best, worst = _rate(scene.counts, codes[0]), _rate(scene.counts, codes[-1])
    if len(codes) == 1:
        return str(words["one"].format(**said, name=scene.area(codes[0]), rate=percent(best)))
    if best == worst:
        return str(words["equal"].format(**said, count=len(codes), rate=percent(best)))
    first, last = _extremes(scene, codes)
    text = words["ranked"].format(**said, count=len(codes), first=_shares(scene, first))
    return str(text + "，" + words["last"].format(last=_shares(scene, last)))


def _extremes(scene: Scene, codes: list[str]) -> tuple[list[str], list[str]]:
    """The first and the last ones to be named: never the same area twice, none that equals the other end."""
    many, best, worst = min(NAMED, len(codes) // 2), _rate(scene.counts, codes[0]), _rate(scene.counts, codes[-1])
    first = [code for code in codes[:many] if _rate(scene.counts, code) > worst]
    return first, [code for code in codes[-many:] if _rate(scene.counts, code) < best]


def _shares(scene: Scene, codes: list[str]) -> str:
    item = shared()["areas"]["share"]
    ratios = {code: scene.counts.areas[code].ratios[BY] for code in codes}
    return listed(
        [
            item.format(name=scene.area(code), rate=percent(above / below), above=above, below=below)
            for code, (above, below) in ratios.items()
        ]
    )


def last_twice(scene: Scene) -> list[str]:
    """Areas among the last three now and in the period before, where at least six were ranked both times."""
    if scene.previous is None or scene.interim:
        return []
    both = [order(scene, scene.counts), order(scene, scene.previous)]
    if min(len(codes) for codes in both) < 2 * LAST:
        return []
    return [code for code in both[0][-LAST:] if code in both[1][-LAST:]]


def _twice(scene: Scene) -> str:
    codes = last_twice(scene)
    if not codes:
        return ""
    word = shared()["round_words"][scene.kind]
    return str(shared()["areas"]["twice"].format(list=listed([scene.area(code) for code in codes]), word=word))


def _below(scene: Scene) -> str:
    """How many areas are left unranked, when some are ranked."""
    ranked = order(scene, scene.counts)
    few = [code for code, tally in scene.counts.areas.items() if code != scene.code and tally.ratios[BY][1] > 0]
    rest = len(few) - len(ranked)
    if not ranked or rest <= 0:
        return ""
    return str(shared()["areas"]["below"].format(**said_by(scene), count=rest, least=LEAST_CASES))
