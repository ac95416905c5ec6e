"""Small tables of the office's own words, filled once from volunteers/data and never overwritten."""

from pathlib import Path
from typing import Final

from incidents.seeds import fill_table, seed_lines
from volunteers.models import MicroKind, PointKind, ServiceKind, StarLevel, VolunteerSkill, WishKind

DATA: Final = Path(__file__).parent / "data"


def load_dictionaries() -> None:
    """Kinds, skills and star levels, where the tables are empty."""
    if not WishKind.objects.exists():
        WishKind.objects.bulk_create(
            WishKind(position=n, is_service=line.pop("is_service") == "1", **line)
            for n, line in enumerate(seed_lines("wish_kinds.csv", folder=DATA), 1)
        )
    fill_table(VolunteerSkill, "volunteer_skills.csv", folder=DATA)
    fill_table(ServiceKind, "service_kinds.csv", folder=DATA)
    fill_table(PointKind, "point_kinds.csv", folder=DATA)
    fill_table(MicroKind, "micro_kinds.csv", folder=DATA)
    if not StarLevel.objects.exists():
        StarLevel.objects.bulk_create(StarLevel(**line) for line in seed_lines("star_levels.csv", folder=DATA))
