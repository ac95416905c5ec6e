"""Units, agreements, alliances and stars in the admin, to look at; the kinds of partners are kept."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grid.admin.dictionaries import DictionaryAdmin
from grid.admin.scoped import ReadOnlyScopedAdmin
from incidents.admin.reading import ReadOnlyInline
from partybuilding import units
from partybuilding.models import (
    Agreement,
    Alliance,
    AllianceMember,
    CommitteeSeat,
    PartnerKind,
    PartnerUnit,
    StarClaim,
    StarDelivery,
)


class SeenByParty(ReadOnlyScopedAdmin):
    """Rows that whoever sees party work there looks at."""

    code_path = "grid_code"
    ordering: Any = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        seen: Any = self.model._default_manager.all()
        rows: QuerySet[Any] = seen.visible_to(request.user)
        return rows.order_by("-id")

    def _may(self, request: HttpRequest, capability: str, obj: Any) -> bool:
        """Seeing is asked once: what the list shows may be opened."""
        return super()._may(request, "party.view", None)


class ShownInline(ReadOnlyInline):
    """Rows of something that may be seen."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees what they belong to."""
        return True


@admin.register(PartnerKind)
class PartnerKindAdmin(DictionaryAdmin):
    """六方联动, 五社联动 and what the office adds."""

    list_display = ("name", "family", "meaning", "source", "position", "is_active")
    list_filter = ("family",)


@admin.register(PartnerUnit)
class PartnerUnitAdmin(SeenByParty):
    """One partner; its contact is masked."""

    list_display: Any = ("organization", "shown_contact", "strengths", "joined_on", "left_on")
    list_select_related = ("organization__grid",)
    search_fields = ("organization__name",)
    list_filter = ("kinds",)
    fields: Any = ("organization", "kinds", "party", "shown_contact", "strengths", "joined_on", "left_on")
    readonly_fields = fields

    @admin.display(description=_("contact"))
    def shown_contact(self, unit: PartnerUnit) -> str:
        """Masked."""
        return units.contact(unit)


@admin.register(Agreement)
class AgreementAdmin(SeenByParty):
    """One agreement."""

    list_display: Any = ("title", "kind", "unit", "grid", "signed_on", "ends_on", "ended_on")
    list_filter = ("kind",)
    list_select_related = ("unit__organization", "grid")
    search_fields = ("title", "unit__organization__name")
    exclude = ("is_demo",)


@admin.register(CommitteeSeat)
class CommitteeSeatAdmin(SeenByParty):
    """One seat."""

    list_display: Any = ("holder", "post", "unit", "party", "since", "until")
    list_select_related = ("unit__organization", "party__organization")
    search_fields = ("unit__organization__name",)


class AllianceMemberInline(ShownInline):
    """Who is in it."""

    model = AllianceMember
    fields = ("unit", "role", "since", "until")
    readonly_fields = fields


@admin.register(Alliance)
class AllianceAdmin(SeenByParty):
    """One alliance."""

    list_display: Any = ("name", "kind", "grid", "founded_on", "solved_before", "activities_before", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("grid",)
    search_fields = ("name",)
    exclude = ("is_demo",)
    inlines: ClassVar[list[Any]] = [AllianceMemberInline]


class StarDeliveryInline(ShownInline):
    """What was done."""

    model = StarDelivery
    fields = ("on", "text", "amount", "beneficiaries", "by")
    readonly_fields = fields


@admin.register(StarClaim)
class StarClaimAdmin(SeenByParty):
    """One pledge."""

    list_display: Any = ("pledge", "star", "unit", "grid", "year", "due_on", "status", "grade")
    list_filter = ("year", "star", "status", "grade")
    list_select_related = ("unit__organization", "grid", "star")
    search_fields = ("pledge", "unit__organization__name")
    exclude = ("is_demo", "digest")
    inlines: ClassVar[list[Any]] = [StarDeliveryInline]
