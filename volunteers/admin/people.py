"""Volunteers and teams in the administration, to look at: masked. They are written on their own pages."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from grid.admin.dictionaries import DictionaryAdmin
from incidents.admin.reading import VisibleAdmin
from volunteers.models import Team, Volunteer, VolunteerSkill
from volunteers.standing import masked


@admin.register(VolunteerSkill)
class VolunteerSkillAdmin(DictionaryAdmin):
    """What volunteers can do."""


@admin.register(Volunteer)
class VolunteerAdmin(VisibleAdmin):
    """One volunteer, masked; written by `volunteers.people` alone."""

    list_display: Any = ("number", "masked_name", "masked_phone", "status", "is_minor", "grid", "at")
    list_filter = ("status", "is_minor")
    search_fields = ("number__exact", "grid_code__startswith")
    list_select_related = ("grid",)
    fields: Any = (
        "number", "masked_name", "masked_phone", "status", "is_minor", "guardian_agreed_on", "consent_at", "grid",
        "skills", "weekdays", "evenings", "at",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("real name"))
    def masked_name(self, row: Volunteer) -> str:
        """The surname."""
        return masked(row).name

    @admin.display(description=_("phone"))
    def masked_phone(self, row: Volunteer) -> str:
        """Without its middle."""
        return masked(row).phone


@admin.register(Team)
class TeamAdmin(VisibleAdmin):
    """One team; written by `volunteers.teams` alone."""

    list_display: Any = ("name", "purpose", "leader", "founded_on", "on_boards", "status", "grid")
    list_filter = ("status", "on_boards")
    search_fields = ("name", "grid_code__startswith")
    list_select_related = ("grid", "leader")
    exclude = ("is_demo",)
