"""Small tables of the office's own words, filled once from partybuilding/data and never overwritten."""

from pathlib import Path
from typing import Final

from django.db.models import Model

from incidents.seeds import fill_table, seed_lines
from partybuilding.models import (
    ActivityKind,
    JointTaskKind,
    Label,
    MemberTag,
    PartnerKind,
    PostPlan,
    ProjectType,
    Skill,
    Star,
    SupportKind,
)

DATA: Final = Path(__file__).parent / "data"


def load_dictionaries() -> None:
    """Skills, tags, kinds, types, stars, labels and plans of posts, where the tables are empty."""
    fill_table(Skill, "skills.csv", folder=DATA)
    fill_table(MemberTag, "member_tags.csv", folder=DATA)
    fill_table(PartnerKind, "partner_kinds.csv", folder=DATA)
    fill_table(ActivityKind, "activity_kinds.csv", folder=DATA)
    fill_table(JointTaskKind, "joint_task_kinds.csv", folder=DATA)
    fill_table(Star, "stars.csv", folder=DATA)
    if not SupportKind.objects.exists():
        SupportKind.objects.bulk_create(
            SupportKind(position=n, is_service=line.pop("is_service") == "1", **line)
            for n, line in enumerate(seed_lines("support_kinds.csv", folder=DATA), 1)
        )
    _fill_listed(ProjectType, "project_types.csv", "steps")
    _fill_listed(Label, "labels.csv", "parts")
    if not PostPlan.objects.exists():
        PostPlan.objects.bulk_create(PostPlan(**line) for line in seed_lines("post_plans.csv", folder=DATA))


def _fill_listed(model: type[Model], file: str, listed: str) -> None:
    """A dictionary with a field of several lines; the file writes them with "/" between."""
    if not model._default_manager.exists():
        lines = seed_lines(file, folder=DATA)
        model._default_manager.bulk_create(
            model(position=n, **line | {listed: line[listed].replace("/", "\n")}) for n, line in enumerate(lines, 1)
        )
