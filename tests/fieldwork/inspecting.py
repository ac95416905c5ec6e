"""What the tests of inspections share: a street with its people, a shop with a list of three items, a look at it."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from PIL import Image

from accounts.models import User
from fieldwork import inspections, places
from fieldwork.models import Checklist, ChecklistItem, Hazard, InspectedPlace, Inspection, PlaceKind
from grid.models import Grid
from incidents.photos import ProcessedPhoto, process_photo
from tests import street


@dataclass
class Scene:
    """The street, its people, the kind, its list, and one shop."""

    grids: dict[str, Grid]
    people: dict[str, User]
    kind: PlaceKind
    checklist: Checklist
    shop: InspectedPlace
    now: datetime

    @property
    def items(self) -> list[ChecklistItem]:
        """The items of the list in its order."""
        return list(self.checklist.items.all())


def build() -> Scene:
    """A shop of 80 m² in the micro-grid with a released list, the last item of which is serious."""
    now = timezone.now()
    grids = street.build_streets()
    people = street.make_roles(grids)
    checklist = Checklist.objects.create(code="nine", name="九小场所检查表")
    for n, (text, serious) in enumerate((("有台账", False), ("防火门完好", False), ("没有人员住宿", True)), 1):
        ChecklistItem.objects.create(checklist=checklist, text=text, part="管理", position=n, is_serious=serious)
    Checklist.objects.filter(pk=checklist.pk).update(released_at=now)
    checklist.refresh_from_db()
    kind = PlaceKind.objects.create(
        code="shop", name="小商店", group="nine_small", measure="area", below=100, every_days=30, checklist_code="nine"
    )
    shop = places.enter(facts(kind, grids[street.MICRO]), actor=people["gridleader"], now=now)
    return Scene(grids, people, kind, checklist, shop, now)


def facts(kind: PlaceKind, grid: Grid, **more: Any) -> places.PlaceFacts:
    """A shop of 80 m²."""
    given = {"name": "蔡记便民店", "address": "棉纺路8号", "area": 80, "responsible": "蔡广琴", "phone": "13812345678"}
    return places.PlaceFacts(kind=kind, grid=grid, **{**given, **more})


def look(scene: Scene, *bad: inspections.Finding, actor: str = "gridleader", **more: Any) -> Inspection:
    """One look at the shop with these findings."""
    given = {"client_id": uuid4(), "at": scene.now - timedelta(minutes=5)} | more
    new = inspections.NewInspection(place=scene.shop, findings=bad, **given)
    return inspections.inspect(new, actor=scene.people[actor], now=scene.now)[0]


def hazard_of(inspection: Inspection) -> Hazard:
    """Its only hazard."""
    return inspection.hazards.get()


def picture(colour: str = "red") -> ProcessedPhoto:
    """A small photo."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "JPEG")
    return process_photo(out.getvalue())
