"""Care in the admin: colours and tags are kept here, subjects and promises are to look at, without what is sealed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from fieldwork.models import CareColour, CarePromise, CareSubject, PopulationTag, VisitPlan
from incidents.admin.reading import VisibleAdmin


@admin.register(CareColour)
class CareColourAdmin(ModelAdmin):
    """The nine slots: changed, never more or fewer."""

    list_display: ClassVar[list[str]] = ["slot", "name", "value", "meaning", "source"]
    readonly_fields: ClassVar[list[str]] = ["slot"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There are nine."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """There are nine."""
        return False


@admin.register(PopulationTag)
class PopulationTagAdmin(ModelAdmin):
    """The tags, their colours and who may see them."""

    list_display: ClassVar[list[str]] = ["name", "colour", "is_sensitive", "position", "is_active", "source"]
    list_filter: ClassVar[list[str]] = ["colour", "is_sensitive", "is_active"]
    search_fields: ClassVar[list[str]] = ["name"]
    list_select_related: ClassVar[list[str]] = ["colour"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A tag that becomes sensitive hides the visits of its plans as well."""
        super().save_model(request, obj, form, change)
        VisitPlan.objects.filter(tag=obj).update(is_sensitive=obj.is_sensitive)


@admin.register(CareSubject)
class CareSubjectAdmin(VisibleAdmin):
    """Who is in care: no names, no reasons; the page of the subject opens them for a purpose."""

    list_display: ClassVar[list[str]] = ["pk", "tag", "grid", "status", "basis", "consent_until", "carer", "since"]
    list_filter: ClassVar[list[str]] = ["status", "basis", "tag"]
    list_select_related: ClassVar[list[str]] = ["tag", "grid", "carer"]
    fields: ClassVar[list[str]] = [
        "page",
        "tag",
        "grid",
        "grid_code",
        "status",
        "basis",
        "consent_on",
        "consent_until",
        "carer",
        "since",
        "ended_on",
        "entered_by",
        "version",
    ]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the sealed words."""
        return super().get_queryset(request).defer("reason", "health")

    @admin.display(description=_("page of the care subject"))
    def page(self, subject: CareSubject) -> str:
        """The page where steps are made and the reason is opened."""
        return format_html('<a href="{}">{}</a>', reverse("fieldwork:care_subject", args=[subject.pk]), subject.pk)


@admin.register(CarePromise)
class CarePromiseAdmin(VisibleAdmin):
    """Written by `fieldwork.promises` alone."""

    list_display: ClassVar[list[str]] = ["title", "grid", "status", "promised_by", "promised_on", "due_on", "done_on"]
    list_filter: ClassVar[list[str]] = ["status"]
    list_select_related: ClassVar[list[str]] = ["grid", "promised_by"]
    search_fields: ClassVar[list[str]] = ["title"]
    fields: ClassVar[list[str]] = [
        "title",
        "grid",
        "grid_code",
        "subject",
        "promised_by",
        "promised_on",
        "due_on",
        "status",
        "done_on",
        "result",
        "version",
    ]
    readonly_fields = fields
