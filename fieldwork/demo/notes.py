"""Quick notes of the last days in two streets of the demo; today's are written by the functions that the pages use."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from django.utils import timezone, translation

from fieldwork import notes
from fieldwork.demo.note_texts import TEXTS, TODAY, WISHES
from fieldwork.models import DutyKind, FieldPhoto, FieldStep, QuickNote, Visit
from grid.demo.divisions import JIANZHONG, SONGSHAN
from grid.models import Compound
from incidents.demo import rhythm
from incidents.demo.cast import Cast, gather_cast
from incidents.demo.pictures import sample_picture
from incidents.models import Incident
from incidents.models.incident import Source
from incidents.photostore import StoredPhoto, save_photos

SEED: Final = 20261121
DAYS: Final = 8
PER_DAY: Final = {JIANZHONG: 318.0, SONGSHAN: 24.0}
"""97,000 notes in 305 days of one street are 318 a day (domain.md 3.1); the other street shows the border."""
OF_CASES, OF_VISITS = 150, 60
WISH_SHARE, PHOTO_SHARE, LATE_SHARE = 0.02, 0.12, 0.03
COLOURS: Final = ("#7fa58a", "#a58a7f", "#7f93a5")
Became = QuickNote.Became
MAKE: Final[dict[str, Callable[..., object]]] = {
    Became.INCIDENT: notes.become_incident,
    Became.VISIT: notes.become_visit,
    Became.WISH: notes.become_wish,
}


@dataclass
class _Desk:
    """What the notes are made with."""

    random: Random
    cast: Cast
    duties: dict[str, DutyKind]
    places: dict[str, list[Compound]]
    rows: list[QuickNote] = field(default_factory=list)


def build_notes(now: datetime) -> int:
    """Some 3,000 notes with photos, wishes, and those that became cases and visits. Returns their number."""
    duties = {duty.name: duty for duty in DutyKind.objects.all()}
    desk = _Desk(Random(SEED), gather_cast(), duties, _places())
    with translation.override("zh-hans"):
        for day in rhythm.days_before(timezone.localdate(now), DAYS):
            for street, mean in PER_DAY.items():
                for _n in range(rhythm.how_many(day, mean, desk.random)):
                    desk.rows.append(_note(desk, street, rhythm.moment(day, desk.random)))
        desk.rows += [*_of_cases(now), *_of_visits(now)]
        _keep(desk)
        written = [_today(desk, number, now) for number in range(len(TODAY))]
    QuickNote.objects.filter(pk__in=[note.pk for note in written]).update(is_demo=True)
    return len(desk.rows) + len(written)


def _places() -> dict[str, list[Compound]]:
    places: dict[str, list[Compound]] = {street: [] for street in PER_DAY}
    for compound in Compound.objects.filter(is_demo=True).select_related("grid").defer("grid__boundary").order_by("id"):
        if (street := compound.grid.code[:9]) in places:
            places[street].append(compound)
    return places


def _note(desk: _Desk, street: str, at: datetime) -> QuickNote:
    random, place = desk.random, desk.random.choice(desk.places[street])
    is_wish = random.random() < WISH_SHARE
    duty, words = ("定点联系居民", random.choice(WISHES)) if is_wish else random.choice(TEXTS)
    late = timedelta(hours=random.randrange(1, 6)) if random.random() < LATE_SHARE else timedelta(seconds=2)
    return QuickNote(
        client_id=_client_id(random),
        grid=place.grid,
        grid_code=place.grid.code,
        text=words.format(place=place.name, n=random.randrange(1, 13)),
        duty=desk.duties.get(duty),
        became=Became.WISH if is_wish else Became.NOTHING,
        by=desk.cast.leader_of(place.grid.code),
        at=at,
        received_at=at + late,
        is_demo=True,
    )


def _client_id(random: Random) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128), version=4)


def _of_cases(now: datetime) -> Iterator[QuickNote]:
    """Notes that one tap made cases of."""
    rows = Incident.objects.filter(is_demo=True, source=Source.PATROL, reported_at__gte=now - timedelta(days=DAYS))
    rows = rows.filter(notes__isnull=True, patrol_findings__isnull=True, grid_code__startswith=JIANZHONG)
    for case in rows.select_related("grid", "reporter").defer("grid__boundary").order_by("pk")[:OF_CASES]:
        at = case.reported_at - timedelta(minutes=3)
        yield _sequel(case.text, case, Became.INCIDENT, by=case.reporter, at=at, incident=case)


def _of_visits(now: datetime) -> Iterator[QuickNote]:
    """Notes that one tap made visits of."""
    rows = Visit.objects.filter(is_demo=True, subject__isnull=True, at__gte=now - timedelta(days=DAYS)).exclude(text="")
    for visit in rows.select_related("grid", "by").defer("grid__boundary").order_by("pk")[:OF_VISITS]:
        yield _sequel(visit.text, visit, Became.VISIT, by=visit.by, at=visit.at, visit=visit)


def _sequel(text: str, row: Incident | Visit, became: str, **more: Any) -> QuickNote:
    client_id = uuid.uuid5(uuid.NAMESPACE_OID, f"note of {became} {row.pk}")
    where = {"grid": row.grid, "grid_code": row.grid_code}
    return QuickNote(
        client_id=client_id, text=text, became=became, received_at=more["at"], is_demo=True, **where, **more
    )


def _keep(desk: _Desk) -> None:
    """Everything in bulk: the notes in the order in which they came, their photos, and who made what of them."""
    desk.rows.sort(key=lambda note: note.received_at)
    QuickNote.objects.bulk_create(desk.rows, batch_size=1000)
    pictures = save_photos([sample_picture(colour) for colour in COLOURS])
    chosen = [note for note in desk.rows if desk.random.random() < PHOTO_SHARE]
    FieldPhoto.objects.bulk_create(
        (_photo(note, desk.random.choice(pictures), desk.random) for note in chosen), batch_size=1000
    )
    FieldStep.objects.bulk_create(
        FieldStep(subject="quicknote", subject_id=note.pk, after=note.became, by=note.by, at=note.received_at)
        for note in desk.rows
        if note.became
    )


def _photo(note: QuickNote, picture: StoredPhoto, random: Random) -> FieldPhoto:
    return FieldPhoto(
        note=note,
        public_id=_client_id(random),
        file=picture.file,
        thumbnail=picture.thumbnail,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        size=picture.size,
        uploaded_by=note.by,
        uploaded_at=note.received_at,
    )


def _today(desk: _Desk, number: int, now: datetime) -> QuickNote:
    """Written today in the first community; every second one by the micro-grid leader who has a login."""
    duty, words, became = TODAY[number]
    place = desk.places[JIANZHONG][number if number % 2 else 0]
    writer, at = desk.cast.leader_of(place.grid.code), now - timedelta(minutes=11 * (len(TODAY) - number))
    new = notes.NewNote(
        _client_id(desk.random),
        words.format(place=place.name, n=number + 2),
        place.grid,
        desk.duties.get(duty),
        photos=[sample_picture(COLOURS[0])] if became == Became.INCIDENT else [],
    )
    note, _created = notes.write_note(new, actor=writer, now=at)
    if became:
        MAKE[became](note.pk, actor=writer, now=at + timedelta(minutes=1))
    return note
