"""Sample objects of field work for the access matrix: one of each on a side of the border."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from fieldwork.models import (
    BadgeHolding,
    CareColour,
    CarePromise,
    CareSubject,
    Checklist,
    Course,
    FieldPhoto,
    Hazard,
    Household,
    InspectedPlace,
    Inspection,
    KnockAction,
    Patrol,
    PatrolPlan,
    PlaceKind,
    PolicySwitch,
    PopulationTag,
    QuickNote,
    RectificationNotice,
    Resident,
    RoleBadge,
    RoleSet,
    TrainingSession,
    Visit,
    VisitDuty,
    VisitPlan,
)
from fieldwork.pictures import attach
from grid.models import Building, Compound, Grid
from incidents.demo.pictures import sample_photo

COURSE = 900_001
CHECKLIST = 900_002
"""The key of the sample course and of its material."""


@dataclass
class Field:
    """The sample objects, all of one micro-grid."""

    building: Building
    note: QuickNote
    photo: FieldPhoto
    plan: PatrolPlan
    patrol: Patrol
    switch: PolicySwitch
    holding: BadgeHolding
    household: Household
    resident: Resident
    subject: CareSubject
    secret: CareSubject
    promise: CarePromise
    duty: VisitDuty
    visit: Visit
    knock: KnockAction
    place: InspectedPlace
    inspection: Inspection
    notice: RectificationNotice
    hazard: Hazard
    training: TrainingSession


def sample_field(grid: Grid, compound: Compound, word: str, worker: User, now: datetime) -> Field:
    """Written at once: everything that a page of field work shows, by a worker of the grid."""
    today = timezone.localdate(now)
    here = {"grid": grid, "grid_code": grid.code}
    written = {**here, "by": worker, "at": now - timedelta(hours=1), "received_at": now}
    roles, _made = RoleSet.objects.get_or_create(name="四员（铭功路微网格员）")
    badge, _made = RoleBadge.objects.get_or_create(role_set=roles, name="宣传员")
    building = Building.objects.create(compound=compound, grid=grid, name=f"{word}1号楼")
    household = Household.objects.create(building=building, unit="1单元", room="101", **here)
    resident = Resident.objects.create(household=household, name=f"{word}占阿姨", phone="13812345678", is_head=True)
    colour, _made = CareColour.objects.get_or_create(
        slot=1, defaults={"name": "红", "value": "#d63939", "meaning": "困难"}
    )
    open_tag, _made = PopulationTag.objects.get_or_create(name="独居老人", defaults={"colour": colour})
    closed_tag, _made = PopulationTag.objects.get_or_create(
        name="社区矫正", defaults={"colour": colour, "is_sensitive": True}
    )
    kind, _made = PlaceKind.objects.get_or_create(code="shop", defaults={"name": "小商店", "group": "nine_small"})
    visits = VisitPlan.objects.create(
        name=f"{word}独居老人每月", target="care", tag=open_tag, period="month", starts_on=today, grid=grid
    )
    Checklist.objects.get_or_create(pk=CHECKLIST, defaults={"code": "sample", "name": "检查表"})
    course, _made = Course.objects.get_or_create(pk=COURSE, defaults={"title": "入户走访", "form": "on_site"})
    course.materials.get_or_create(pk=COURSE, defaults={"title": "怎么开口", "place": "线上"})
    note = QuickNote.objects.create(text=f"{word}楼道堆物", **written)
    plan = PatrolPlan.objects.create(name=f"{word}日常巡查", starts_on=today, weekdays=[1, 2, 3, 4, 5, 6, 7], **here)
    place = InspectedPlace.objects.create(kind=kind, name=f"{word}小卖部", phone="13712345678", **here)
    inspection = Inspection.objects.create(place=place, text=f"{word}检查", **written)
    care = {
        **here,
        "household": household,
        "basis": "duty",
        "since": today,
        "entered_by": worker,
        "reason": "甲状腺术后",
    }
    subject = CareSubject.objects.create(resident=resident, tag=open_tag, **care)
    notice = RectificationNotice.objects.create(
        number=f"{word}整改〔2026〕1号",
        place=place,
        inspection=inspection,
        demand=f"{word}清理",
        deadline=today + timedelta(days=7),
        issued_by=worker,
        issued_at=now,
        **here,
    )
    return Field(
        building=building,
        note=note,
        photo=attach([sample_photo()], actor=worker, now=now, note=note)[0],
        plan=plan,
        patrol=Patrol.objects.create(plan=plan, **written),
        switch=PolicySwitch.objects.create(
            name="check_in",
            reason=f"{word}防汛",
            approved_by=worker,
            starts_on=today,
            ends_on=today + timedelta(days=9),
            **here,
        ),
        holding=BadgeHolding.objects.create(badge=badge, user=worker, since=today, **here),
        household=household,
        resident=resident,
        subject=subject,
        secret=CareSubject.objects.create(resident=resident, tag=closed_tag, **care),
        promise=CarePromise.objects.create(
            title=f"{word}修灯", subject=subject, promised_by=worker, promised_on=today, due_on=today, **here
        ),
        duty=VisitDuty.objects.create(plan=visits, subject=subject, due_on=today, **here),
        visit=Visit.objects.create(household=household, text=f"{word}走访", **written),
        knock=KnockAction.objects.create(
            title=f"{word}敲门",
            question="装灯吗",
            led_by=worker,
            starts_on=today,
            ends_on=today,
            created_at=now,
            **here,
        ),
        place=place,
        inspection=inspection,
        notice=notice,
        hazard=Hazard.objects.create(inspection=inspection, place=place, text=f"{word}堵通道", **here),
        training=TrainingSession.objects.create(
            course=course,
            starts_at=now,
            ends_at=now + timedelta(hours=2),
            place=f"{word}会议室",
            created_by=worker,
            **here,
        ),
    )
