"""Sample objects of volunteers and wishes for the access matrix: one of each on a side of the border."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone

from accounts.models import User
from grid.models import Grid
from incidents.documents import PDF, Upload
from volunteers.files import attach
from volunteers.models import (
    Certificate,
    Exchange,
    HourRecord,
    Membership,
    MicroCall,
    MicroProject,
    PointKind,
    PointRule,
    ServiceActivity,
    ServiceKind,
    ServicePoint,
    Shift,
    ShopItem,
    SignUp,
    Team,
    Volunteer,
    VolunteerFile,
    Wish,
    WishClaim,
    WishKind,
    WishRound,
)

PAPER = "0" * 31 + "9"
"""What stands in the QR code of the paper of the actor "volunteer": whoever holds it opens its public page."""


@dataclass
class Volunteering:
    """The sample objects, all of one micro-grid."""

    volunteer: Volunteer
    team: Team
    membership: Membership
    round: WishRound
    wish: Wish
    published: Wish
    claim: WishClaim
    service: ServiceActivity
    shift: Shift
    sign_up: SignUp
    certificate: Certificate
    publicised: Certificate
    valid: Certificate
    hours: HourRecord
    rule: PointRule
    item: ShopItem
    exchange: Exchange
    micro_call: MicroCall
    micro: MicroProject
    point: ServicePoint
    file: VolunteerFile


def active_volunteer(user: User, grid: Grid, worker: User, now: datetime) -> Volunteer:
    """`user` is on the register and was taken, and holds a paper: no post, and no word that tells a side."""
    here = {"grid": grid, "grid_code": grid.code}
    phone = "13512345678"
    volunteer = Volunteer.objects.create(
        number="V0001", name="周八", phone=phone, consent_at=now, status="active", at=now, user=user, **here
    )
    paper = _certificate(9, "valid", volunteer, "", {**here, "by": worker, "at": now})
    Certificate.objects.filter(pk=paper.pk).update(code=PAPER)
    return volunteer


def sample_volunteers(grid: Grid, word: str, worker: User, now: datetime) -> Volunteering:
    """Written at once: everything that a page of volunteers shows, by a worker of the grid."""
    today = timezone.localdate(now)
    here = {"grid": grid, "grid_code": grid.code}
    made = {**here, "by": worker, "at": now - timedelta(hours=1)}
    wish_kind, _made = WishKind.objects.get_or_create(name="代购代办", defaults={"is_service": True})
    service_kind, _made = ServiceKind.objects.get_or_create(name="理发")
    point_kind, _made = PointKind.objects.get_or_create(name="清凉驿站")
    volunteer = Volunteer.objects.create(
        number=f"{word}V0001",
        name=f"{word}孙七",
        phone="13212345678",
        consent_at=now,
        status="active",
        at=now,
        **here,
    )
    team = Team.objects.create(name=f"{word}志愿服务队", leader=volunteer, **here)
    wish_round = WishRound.objects.create(
        name=f"{word}重阳", opens_on=today, closes_on=today + timedelta(days=20), **here
    )
    wishes = {"kind": wish_kind, "display_name": "占阿姨", "name": f"{word}占桂兰", "phone": "13112345678"}
    wish = Wish.objects.create(number=f"{word}心愿〔2026〕1号", title=f"{word}相框", **wishes, **made)
    published = Wish.objects.create(
        number=f"{word}心愿〔2026〕2号",
        title=f"{word}轮椅",
        status="published",
        published_at=now,
        verified_by=worker,
        **wishes,
        **made,
    )
    service = ServiceActivity.objects.create(kind=service_kind, title=f"{word}理发日", place="广场", **made)
    shift = Shift.objects.create(
        service=service, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1, hours=2), slots=5
    )
    item = ShopItem.objects.create(name=f"{word}洗衣液", price=10, stock=3, **here)
    micro_call = MicroCall.objects.create(
        name=f"{word}微创投", opens_on=today, closes_on=today + timedelta(days=30), budget=66_000, **here
    )
    micro = MicroProject.objects.create(
        number=f"{word}微创投〔2026〕1号",
        call=micro_call,
        title=f"{word}花园",
        text="共建花园",
        team=team,
        asked=10_000,
        own_money=1_000,
        **made,
    )
    return Volunteering(
        volunteer=volunteer,
        team=team,
        membership=Membership.objects.create(team=team, volunteer=volunteer, status="active", since=today),
        round=wish_round,
        wish=wish,
        published=published,
        claim=WishClaim.objects.create(
            wish=published, user=worker, claimed_at=now, contact_by=now + timedelta(days=7), pledge=f"{word}送到家"
        ),
        service=service,
        shift=shift,
        sign_up=SignUp.objects.create(shift=shift, volunteer=volunteer, place=1, signed_at=now),
        certificate=_certificate(1, "draft", volunteer, word, made),
        publicised=_certificate(2, "publicity", volunteer, word, made),
        valid=_certificate(3, "valid", volunteer, word, made),
        hours=HourRecord.objects.create(
            volunteer=volunteer, kind="taken_over", minutes=60, on=today, reason=word, by=worker, at=now
        ),
        rule=PointRule.objects.create(name=f"{word}积分规则", per_hour=1, cap_hours=2, starts_on=today, **here),
        item=item,
        exchange=Exchange.objects.create(
            item=item,
            volunteer=volunteer,
            points=10,
            code=uuid.uuid4().hex[:8],
            pick_up_by=now + timedelta(days=7),
            at=now,
        ),
        micro_call=micro_call,
        micro=micro,
        point=ServicePoint.objects.create(
            kind=point_kind, name=f"{word}清凉驿站", place=Point(113.65, 34.75, srid=4326), **here
        ),
        file=attach([Upload(f"{word}照片.pdf", PDF, b"%PDF-1.7", "0" * 64)], owner=service, actor=worker, now=now)[0],
    )


def _certificate(number: int, status: str, volunteer: Volunteer, word: str, made: dict[str, Any]) -> Certificate:
    """A certificate at a status, publicised since today."""
    today = timezone.localdate(made["at"])
    return Certificate.objects.create(
        number=f"{word}证明〔2026〕{number}号",
        code=uuid.uuid4().hex,
        volunteer=volunteer,
        starts_on=today,
        ends_on=today,
        minutes=120,
        issuer=f"{word}社区",
        head="王五",
        handler="赵六",
        contact="0371-60000000",
        status=status,
        public_from=today,
        public_until=today,
        issued_at=made["at"] if status == "valid" else None,
        **made,
    )
