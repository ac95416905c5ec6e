"""Small tables of the office's own words, filled once from fieldwork/data and never overwritten."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fieldwork.inspection_seeds import load_inspection_lists
from fieldwork.models import (
    CareColour,
    Competence,
    Course,
    DutyKind,
    Material,
    MustDo,
    PopulationTag,
    RoleBadge,
    RoleSet,
    VisitPurpose,
)
from fieldwork.visit_plans import load_visit_plans
from incidents.seeds import fill_table, seed_lines

DATA: Final = Path(__file__).parent / "data"
MUSTS: Final[Mapping[str, tuple[str, int]]] = {
    MustDo.Group.KNOW: ("五必知", 5),
    MustDo.Group.VISIT: ("五必访", 5),
    MustDo.Group.ARRIVE: ("三必到", 3),
}
"""The numbers are known, the items are not (domain.md 3.4): the office writes the names."""


def load_dictionaries() -> None:
    """Roles, duties, musts, purposes and competences, where the tables are empty."""
    fill_table(DutyKind, "duty_kinds.csv", folder=DATA)
    fill_table(VisitPurpose, "visit_purposes.csv", folder=DATA)
    fill_table(Competence, "competences.csv", folder=DATA)
    if not RoleSet.objects.exists():
        _load_roles()
    if not MustDo.objects.exists():
        MustDo.objects.bulk_create(
            MustDo(group=group, position=n, name=f"{name}第{n}项（内容待街道填写）")
            for group, (name, count) in MUSTS.items()
            for n in range(1, count + 1)
        )
    load_care()
    load_visit_plans()
    load_inspection_lists()
    load_courses()


def load_care() -> None:
    """The nine colours and the tags of care (domain.md 3.5), where there are none; the office changes both."""
    if not CareColour.objects.exists():
        CareColour.objects.bulk_create(CareColour(**line) for line in seed_lines("care_colours.csv", folder=DATA))
    if not PopulationTag.objects.exists():
        slots = CareColour.objects.in_bulk(field_name="slot")
        PopulationTag.objects.bulk_create(
            PopulationTag(
                colour=slots[int(line.pop("slot"))],
                is_sensitive=line.pop("is_sensitive") == "1",
                position=position,
                **line,
            )
            for position, line in enumerate(seed_lines("population_tags.csv", folder=DATA), 1)
        )


def _load_roles() -> None:
    sets: dict[str, RoleSet] = {}
    for n, line in enumerate(seed_lines("role_badges.csv", folder=DATA), 1):
        name = line.pop("role_set")
        if name not in sets:
            sets[name] = RoleSet.objects.create(name=name, source=line["source"], position=len(sets) + 1)
        RoleBadge.objects.create(role_set=sets[name], position=n, **line)


def load_courses() -> None:
    """The courses of the academy with their materials (domain.md 3.17, 3.24), where there are none."""
    if Course.objects.exists():
        return
    competences, courses = Competence.objects.in_bulk(field_name="name"), {}
    for line in seed_lines("courses.csv", folder=DATA):
        names = line.pop("competences").split("/")
        courses[line["title"]] = course = Course.objects.create(**line)
        course.competences.set(competences[name] for name in names if name in competences)
    Material.objects.bulk_create(
        Material(course=courses[line.pop("course")], position=n, **line)
        for n, line in enumerate(seed_lines("materials.csv", folder=DATA), 1)
    )
