"""Made-up work of volunteers around November 2026, each thing with its history; recounted in `volunteer_recount`."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from django.contrib.gis.geos import Point

from accounts.models import User
from grid.models import Building, Compound, Grid
from tests import street
from tests.reports.party_town import PLACES, History
from tests.reports.town import MONTH
from volunteers.models import (
    BudgetLine,
    Certificate,
    Exchange,
    Expense,
    HourRecord,
    MicroCall,
    MicroProject,
    PointAccount,
    PointEntry,
    PointKind,
    ServiceActivity,
    ServiceKind,
    ServicePoint,
    Shift,
    ShopItem,
    SignUp,
    Team,
    Volunteer,
    VolunteerStep,
    Wish,
    WishClaim,
    WishKind,
    WishReceipt,
)

PATHS: dict[type[Any], tuple[tuple[str, ...], ...]] = {
    Wish: (
        ("collected", "verified", "published", "claimed", "delivered", "confirmed", "archived"),
        ("collected", "verified", "published", "claimed", "published", "withdrawn"),
        ("collected", "refused"),
    ),
    WishClaim: (
        ("active", "contacted", "delivered", "done"),
        ("active", "delivered", "contacted"),
        ("active", "given_up"),
        ("active", "contacted", "given_up"),
        ("active", "lapsed"),
    ),
    Volunteer: (("applied", "active", "paused", "active", "left"), ("applied", "active"), ("applied", "refused")),
    Team: (("active", "ended"), ("active",)),
    ServiceActivity: (("planned", "ended"), ("planned", "ended"), ("planned", "called_off")),
    SignUp: (
        ("waiting", "signed_up", "here", "done", "confirmed"),
        ("signed_up", "no_show"),
        ("signed_up", "withdrawn"),
    ),
    Exchange: (("reserved", "handed_out"), ("reserved", "cancelled"), ("reserved", "expired")),
    MicroProject: (
        ("submitted", "coaching", "review", "funded", "running", "mid_checked", "final", "closed"),
        ("submitted", "review", "refused"),
        ("submitted", "review", "funded", "running", "stopped"),
    ),
}


class VolunteerTown:
    """Volunteers' work in two streets, some of it just before, at and after the borders of November 2026."""

    def __init__(self, seed: int, grids: dict[str, Grid], people: dict[str, User]) -> None:
        self.random, self.grids, self.by = Random(seed), grids, people["operator"]
        self.told: dict[tuple[str, int], History] = {}
        self.number = count(1)

    def day(self) -> date:
        return MONTH.first + timedelta(days=self.random.choice([*range(-6, 34), -1, 0, 29, 30]))

    def moment(self) -> datetime:
        clock = self.random.choice(["00:00:00", "23:59:59", "10:30:00"])
        return datetime.fromisoformat(f"{self.day()}T{clock}+08:00")

    def maybe(self, make: Callable[[], Any]) -> Any:
        return make() if self.random.random() < 0.6 else None

    def here(self) -> dict[str, Any]:
        grid = self.grids[self.random.choice(PLACES)]
        return {"grid": grid, "grid_code": grid.code}

    def money(self) -> Decimal:
        return Decimal(self.random.randint(1, 9000)) / 100

    def history(self, model: type[Any]) -> History:
        """A way through the statuses, cut off somewhere, at moments that rise."""
        path = self.random.choice(PATHS[model])
        if self.random.random() < 0.5:
            path = path[: self.random.randint(1, len(path))]
        moments = sorted(self.moment() + timedelta(seconds=next(self.number)) for _step in path)
        return list(zip(moments, path, strict=True))

    def staged(self, model: type[Any], history: History, **given: Any) -> Any:
        """A row with its record of steps; what is told here is kept for the recount."""
        row = model.objects.create(status=history[-1][1], **given)
        before = ""
        for at, status in history:
            VolunteerStep.objects.create(
                subject=model._meta.model_name, subject_id=row.pk, before=before, after=status, at=at
            )
            before = status
        self.told[model.__name__, row.pk] = history
        return row

    def build(self) -> None:
        self.people = [self.volunteer() for _n in range(40)]
        for _n in range(12):
            here = self.here()
            self.staged(
                Team, self.history(Team), name=f"{next(self.number)}队", founded_on=self.maybe(self.day), **here
            )
        self.wishes()
        self.services()
        self.points()
        self.projects()
        self.places()

    def volunteer(self) -> Volunteer:
        history = self.history(Volunteer)
        given = {"number": f"V{next(self.number)}", "name": "占阿姨", "consent_at": history[0][0], "at": history[0][0]}
        made: Volunteer = self.staged(Volunteer, history, **given, **self.here())
        return made

    # --- wishes ---

    def wishes(self) -> None:
        self.kinds = [WishKind.objects.create(name=name, position=n) for n, name in enumerate(("生活用品", "代购代办"))]
        for _n in range(50):
            self.wish()

    def wish(self) -> None:
        history = self.history(Wish)
        first = {status: at for at, status in reversed(history)}
        wish = self.staged(
            Wish, history, number=f"愿{next(self.number)}", kind=self.random.choice(self.kinds), display_name="占阿姨",
            title="买相框", name="占魁元", slots=3, published_at=first.get("published"),
            verified_by=self.by if "verified" in first else None, delivered_at=first.get("delivered"),
            confirmed_at=first.get("confirmed"), confirmed_how="电话" if "confirmed" in first else "",
            rating=self.random.choice([None, 3, 4, 5]) if "confirmed" in first else None,
            by=self.by, at=history[0][0], **self.here(),
        )  # fmt: skip
        for slot in range(self.random.choice([0, 1, 2])):
            self.claim(wish, slot + 1)

    def claim(self, wish: Wish, slot: int) -> None:
        history = self.history(WishClaim)
        user = User.objects.create(username=f"helper{next(self.number)}")
        first = {status: at for at, status in reversed(history)}
        contacted = [first[status] for status in ("contacted", "delivered") if status in first]
        due = self.moment() + timedelta(seconds=self.random.choice([0, 1]))
        made = self.staged(
            WishClaim, history, wish=wish, slot=slot, user=user, claimed_at=history[0][0],
            contact_by=self.random.choice([due, *contacted]), contacted_at=min(contacted, default=None),
        )  # fmt: skip
        self.maybe(
            lambda: WishReceipt.objects.create(
                claim=made, merchant="商店", goods="相框", amount=self.money(), paid_on=self.day(), by=self.by,
                at=self.moment(),
            )
        )  # fmt: skip

    # --- services ---

    def services(self) -> None:
        kinds = [ServiceKind.objects.create(name=name, position=n) for n, name in enumerate(("理发", "清洁家园"))]
        for _n in range(16):
            gained = self.random.choice([None, 9, 20])
            service = self.staged(
                ServiceActivity, self.history(ServiceActivity), kind=self.random.choice(kinds), title="义剪",
                place="广场", beneficiaries=gained, by=self.by, at=self.moment(), **self.here(),
            )  # fmt: skip
            for _shift in range(self.random.choice([0, 1, 3])):
                self.shift(service)

    def shift(self, service: ServiceActivity) -> None:
        start = self.moment() + timedelta(seconds=next(self.number) % 2 - 1)
        slots = self.random.randint(3, 9)
        times = {"starts_at": start, "ends_at": start + timedelta(hours=2), "slots": slots}
        shift, made = Shift.objects.get_or_create(service=service, starts_at=start, defaults=times)
        for place, volunteer in enumerate(self.random.sample(self.people, 3) if made else [], 1):
            self.sign_up(shift, volunteer, place)

    def sign_up(self, shift: Shift, volunteer: Volunteer, place: int) -> None:
        row = self.staged(
            SignUp, self.history(SignUp), shift=shift, volunteer=volunteer, place=place, signed_at=shift.starts_at,
            in_at=shift.starts_at, out_at=shift.ends_at, by_leader_at=shift.ends_at,
        )  # fmt: skip
        kind = self.random.choice(["service", "service", "taken_over"])
        given = {"volunteer": volunteer, "sign_up": row, "on": self.day(), "by": self.by}
        record = HourRecord.objects.create(kind=kind, minutes=self.random.randint(60, 200), at=self.moment(), **given)
        if self.random.random() < 0.5:
            later = max(record.at, self.moment())
            fixed = {"kind": "correction", "corrects": record, "reason": "忘记签退", "at": later}
            HourRecord.objects.create(**fixed, minutes=self.random.choice([-45, 30]), **{**given, "on": record.on})

    # --- certificates, points ---

    def points(self) -> None:
        issue = PointAccount.objects.create(kind="issue")
        for volunteer in self.people:
            account = PointAccount.objects.create(kind="volunteer", volunteer=volunteer)
            for kind in self.random.sample(["earn", "bonus"], 2):
                key, amount = f"{kind}-{next(self.number)}", self.random.randint(1, 999)
                PointEntry.objects.create(
                    kind=kind, key=key, giver=issue, taker=account, amount=amount, at=self.moment()
                )
            back = {"kind": "earn", "key": f"back-{next(self.number)}", "at": self.moment()}
            PointEntry.objects.create(giver=account, taker=issue, amount=1, **back)
            self.exchange(volunteer)
            self.maybe(lambda volunteer=volunteer: self.certificate(volunteer))

    def exchange(self, volunteer: Volunteer) -> None:
        here = self.here()
        item, _made = ShopItem.objects.get_or_create(name="香皂", price=3, grid=here["grid"], defaults=here)
        history = self.history(Exchange)
        self.staged(
            Exchange, history, item=item, volunteer=volunteer, points=self.random.randint(1, 9),
            code=f"C{next(self.number)}", pick_up_by=self.moment(), at=history[0][0],
        )  # fmt: skip

    def certificate(self, volunteer: Volunteer) -> None:
        words = dict.fromkeys(("issuer", "head", "handler", "contact"), "建中街道")
        first, number = self.day(), next(self.number)
        status = self.random.choice(["valid", "revoked", "publicity"])
        Certificate.objects.create(
            number=f"证{number}", code=f"{number}", volunteer=volunteer, starts_on=first, ends_on=first, minutes=90,
            status=status, public_until=first, issued_at=None if status == "publicity" else self.moment(),
            by=self.by, at=self.moment(), **words, **self.here(),
        )  # fmt: skip

    # --- micro-projects, service points ---

    def projects(self) -> None:
        home = self.grids[street.STREET]
        call = MicroCall.objects.create(
            name="2026年微创投", opens_on=MONTH.first, closes_on=MONTH.last, budget=100_000, grid=home,
            grid_code=home.code,
        )  # fmt: skip
        unit = street.make_organization(home, code=f"m{next(self.number)}", kind="social")
        for _n in range(30):
            history = self.history(MicroProject)
            funded = any(status == "funded" for _at, status in history)
            project = self.staged(
                MicroProject, history, number=f"微{next(self.number)}", call=call, title="共享花园",
                organization=unit, asked=99, granted=self.money() if funded else None,
                beneficiaries=self.random.choice([7, 12]), by=self.by, at=history[0][0], **self.here(),
            )  # fmt: skip
            self.budget(project)

    def budget(self, project: MicroProject) -> None:
        line = BudgetLine.objects.create(project=project, name="花木", amount=self.money() + 200)
        for _n in range(self.random.choice([0, 1, 2])):
            Expense.objects.create(
                line=line, merchant="花店", text="花", amount=self.money(), paid_on=self.day(), by=self.by,
                at=self.moment(),
            )  # fmt: skip

    def places(self) -> None:
        kind = PointKind.objects.create(name="清凉驿站")
        for n in range(4):
            ServicePoint.objects.create(
                kind=kind, name=f"{n}号驿站", place=self.spot(), is_active=n != 3, reach=[800, 900, 1500, 5000][n],
                **self.here(),
            )  # fmt: skip
        for n in range(24):
            here = self.here()["grid"]
            compound = Compound.objects.create(
                grid=here, name=f"{n}号院", point=self.maybe(self.spot), households=self.maybe(lambda n=n: 30 + n)
            )
            Building.objects.create(
                compound=compound, grid=here, name="1号楼", households=self.maybe(lambda n=n: 20 + n),
                point=self.maybe(self.spot),
            )  # fmt: skip

    def spot(self) -> Point:
        west, south = (
            street.WEST + street.SIDE * self.random.random(),
            street.SOUTH + street.SIDE * self.random.random(),
        )
        return Point(west, south, srid=4326)
