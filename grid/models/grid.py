"""The tree of grids (网格). The official code, grown downward, is the path."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from grid.querysets import GridQuerySet

CODE_VALIDATOR = RegexValidator(
    r"^(\d{4}|\d{6}|\d{9}|\d{12}|\d{12}([0-9A-Z]{3}){1,4})$",
    _("A grid code has 4, 6, 9 or 12 digits, then three digits or capital letters for each lower level."),
)
LEVEL_BY_LENGTH = {4: 1, 6: 2, 9: 3, 12: 4, 15: 5, 18: 6, 21: 7, 24: 8}


def level_of(code: str) -> int:
    """The level (1 city … 6 micro-grid) that the length of `code` says.

    Raises KeyError for a length that no level has (architecture.md 5, domain.md 1.4).
    """
    return LEVEL_BY_LENGTH[len(code)]


def parent_code_of(code: str) -> str:
    """The code of the parent grid, "" for a city."""
    lengths = [n for n in LEVEL_BY_LENGTH if n < len(code)]
    return code[: max(lengths)] if lengths else ""


class Grid(models.Model):
    """A grid of any level: city, district, street, community, grid, micro-grid, and below."""

    class Level(models.IntegerChoices):
        CITY = 1, _("City")
        DISTRICT = 2, _("District")
        STREET = 3, _("Street")
        COMMUNITY = 4, _("Community")
        GRID = 5, _("Grid")
        MICRO = 6, _("Micro-grid")
        UNIT = 7, _("Unit grid")
        SUBUNIT = 8, _("Sub-unit grid")

    class Kind(models.TextChoices):
        TERRITORIAL = "territorial", _("Territorial grid")
        DEDICATED = "dedicated", _("Dedicated grid")

    class Origin(models.TextChoices):
        OFFICIAL = "official", _("Official")
        SURVEYED = "surveyed", _("Drawn by the office")
        DERIVED = "derived", _("Derived by calculation, not official")

    code = models.CharField(_("code"), max_length=24, unique=True, validators=[CODE_VALIDATOR])
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.TERRITORIAL)
    name = models.CharField(_("name"), max_length=100)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    area_km2 = models.DecimalField(_("area in km²"), max_digits=10, decimal_places=4, null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until (excluded)"), null=True, blank=True)
    boundary = models.MultiPolygonField(_("boundary"), srid=4326, null=True, blank=True)
    boundary_origin = models.CharField(
        _("origin of the boundary"), max_length=10, choices=Origin.choices, blank=True, default=""
    )
    gap_allowed = models.BooleanField(_("children need not cover it (a park, a river)"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        ordering: ClassVar[list[str]] = ["code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="grid_valid_period",
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True, level=1) | models.Q(parent__isnull=False),
                name="grid_only_city_is_root",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["level", "code"], name="grid_level_code_idx"),  # lists and maps of a level
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_dedicated(self) -> bool:
        """A dedicated grid (专属网格) lies beside the territorial tree."""
        return self.kind == self.Kind.DEDICATED


class GridPairing(models.Model):
    """双格联动: a dedicated grid and a neighbouring territorial grid that solve problems together."""

    dedicated = models.ForeignKey(Grid, models.CASCADE, related_name="pairings", verbose_name=_("dedicated grid"))
    neighbour = models.ForeignKey(
        Grid, models.CASCADE, related_name="paired_dedicated", verbose_name=_("neighbouring grid")
    )
    problems = models.CharField(_("problems to solve together"), max_length=300, blank=True, default="")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (excluded)"), null=True, blank=True)

    class Meta:
        verbose_name = _("dual-grid pairing")
        verbose_name_plural = _("dual-grid pairings")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["dedicated", "neighbour"],
                condition=models.Q(ends_on__isnull=True),
                name="pairing_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dedicated} × {self.neighbour}"
