"""Members, households and reports in the administration, to look at: masked. They are written on their own pages."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grid.admin.dictionaries import DictionaryAdmin
from grid.admin.scoped import ReadOnlyScopedAdmin
from incidents.admin.reading import ReadOnlyInline
from partybuilding.links import door_of
from partybuilding.members import masked
from partybuilding.models import CardEntry, HouseholdLink, MemberTag, PartyMember, ReportIn, Skill, YearlyEvaluation


class PartyReadOnlyAdmin(ReadOnlyScopedAdmin):
    """Rows that whoever sees party work there looks at."""

    code_path = "grid_code"
    ordering: Any = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Where the administrator sees party work."""
        seen: Any = self.model._default_manager.all()
        rows: QuerySet[Any] = (
            super().get_queryset(request).filter(pk__in=seen.visible_to(request.user).order_by().values("pk"))
        )
        return rows

    def _may(self, request: HttpRequest, capability: str, obj: Any) -> bool:
        return super()._may(request, "party.view", obj)


@admin.register(PartyMember)
class PartyMemberAdmin(PartyReadOnlyAdmin):
    """One member, masked."""

    list_display: Any = ("number", "masked_name", "masked_phone", "management", "party", "unit", "grid", "left_on")
    list_filter = ("management", "found")
    list_select_related = ("party__organization", "unit__organization", "grid")
    search_fields = ("grid_code__startswith",)
    fields: Any = (
        "masked_name", "masked_phone", "grid", "management", "party", "unit", "joined_year", "skills", "tags", "found",
        "found_on", "brought_in_on", "left_on", "left_why",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("number"), ordering="id")
    def number(self, member: PartyMember) -> int:
        """What tells two of one name apart."""
        return member.pk

    @admin.display(description=_("real name"))
    def masked_name(self, member: PartyMember) -> str:
        """The surname."""
        return masked(member).name

    @admin.display(description=_("phone"))
    def masked_phone(self, member: PartyMember) -> str:
        """Without its middle."""
        return masked(member).phone


@admin.register(HouseholdLink)
class HouseholdLinkAdmin(PartyReadOnlyAdmin):
    """One linked household."""

    list_display: Any = ("address", "masked_name", "since", "until", "grid")
    list_select_related = ("building__compound", "member", "grid")
    search_fields = ("building__compound__name", "building__name", "grid_code__startswith")
    fields: Any = ("masked_name", "address", "since", "until", "grid")
    readonly_fields = fields

    @admin.display(description=_("address"))
    def address(self, link: HouseholdLink) -> str:
        """The door."""
        return door_of(link)

    @admin.display(description=_("party member"))
    def masked_name(self, link: HouseholdLink) -> str:
        """The surname."""
        return masked(link.member).name


class OfReportInline(ReadOnlyInline):
    """What belongs to a report."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the report."""
        return True


class CardEntryInline(OfReportInline):
    """The card."""

    model = CardEntry
    fields = ("on", "text", "hours", "by", "returned_at")
    readonly_fields = fields


class EvaluationInline(OfReportInline):
    """The yearly evaluations."""

    model = YearlyEvaluation
    fields = ("year", "grade", "text", "by", "sent_at")
    readonly_fields = fields


@admin.register(ReportIn)
class ReportInAdmin(PartyReadOnlyAdmin):
    """One report with its card and evaluations."""

    list_display: Any = ("number", "who", "skill", "reported_on", "status", "grid")
    list_filter = ("status", "skill")
    list_select_related = ("unit__organization", "member", "skill", "grid")
    search_fields = ("number", "grid_code__startswith")
    fields: Any = ("number", "who", "skill", "party", "text", "reported_on", "status", "grid")
    readonly_fields = fields
    inlines: ClassVar[list[Any]] = [CardEntryInline, EvaluationInline]

    @admin.display(description=_("who"))
    def who(self, report: ReportIn) -> str:
        """The unit, or the masked member."""
        return str(report.unit) if report.unit else masked(report.member).name if report.member else ""


@admin.register(Skill)
class SkillAdmin(DictionaryAdmin):
    """What members can do for others."""


@admin.register(MemberTag)
class MemberTagAdmin(DictionaryAdmin):
    """Who a member is for the grand committee."""
