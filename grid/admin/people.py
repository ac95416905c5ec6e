"""Administration of posts and absences, through the same functions as the pages."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.exports import note_export
from grid.admin.scoped import KeptAdmin
from grid.models import Absence, Post
from grid.people import place_of
from grid.scope import scope_of
from grid.sheets import write_xlsx
from grid.tenure import appoint, end_absence, end_post, mark_absent

ROSTER_COLUMNS = ("账号", "姓名", "岗位", "网格编码", "单位代码", "起始日期", "截止日期")
"""The header that the import of rosters reads again."""


@admin.register(Post)
class PostAdmin(KeptAdmin):
    """Tenures: given and ended, never deleted."""

    list_display = ("user", "kind", "grid", "organization", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("user", "grid", "organization")
    search_fields = ("user__username", "user__real_name", "grid__code", "grid__name", "organization__name")
    autocomplete_fields = ("user", "grid", "organization", "building")
    actions = ("export_roster",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Posts in visible grids, and in organizations that sit there."""
        return Post.objects.visible_to(request.user)

    def code_of(self, obj: Any) -> str:
        """The grid of the post, or of its organization."""
        return place_of(obj).code

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A tenure can only be ended."""
        return ("user", "kind", "grid", "organization", "building", "starts_on") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Appoint, or end."""
        actor: Any = request.user
        if not change:
            names = ("user", "kind", "grid", "organization", "building", "starts_on", "ends_on", "note")
            made = appoint(actor=actor, **{name: form.cleaned_data[name] for name in names})
            obj.pk, obj._state.adding = made.pk, False
            return
        kept = Post.objects.get(pk=obj.pk)
        if form.cleaned_data["ends_on"] and form.cleaned_data["ends_on"] != kept.ends_on:
            end_post(kept, ends_on=form.cleaned_data["ends_on"], actor=actor)
        Post.objects.filter(pk=obj.pk).update(note=form.cleaned_data["note"])

    @admin.action(description=_("Export the roster (Excel)"), permissions=["change"])
    def export_roster(self, request: HttpRequest, queryset: QuerySet[Post]) -> HttpResponse:
        """The chosen posts as a table that can be imported again; without phones, and recorded."""
        now = timezone.now()
        rows = list(queryset.select_related("user", "grid", "organization__grid"))
        actor: Any = request.user
        note_export(actor=actor, object_type="grid.post", fields=f"{len(rows)}", now=now, request=request)
        book = write_xlsx(ROSTER_COLUMNS, (_roster_row(post) for post in rows), as_of=now, title=gettext("Roster"))
        response = HttpResponse(book, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        name = f"{gettext('Roster')}-{timezone.localdate(now):%Y%m%d}.xlsx"
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
        return response


def _roster_row(post: Post) -> tuple[Any, ...]:
    office = post.organization.code if post.organization else ""
    return (
        post.user.username,
        post.user.real_name,
        post.get_kind_display(),
        place_of(post).code,
        office,
        post.starts_on,
        post.ends_on,
    )


@admin.register(Absence)
class AbsenceAdmin(KeptAdmin):
    """Who is away."""

    list_display = ("user", "starts_at", "ends_at", "substitute", "reason")
    list_select_related = ("user", "substitute")
    search_fields = ("user__username", "user__real_name", "substitute__real_name")
    autocomplete_fields = ("user", "substitute")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of people posted in the subtree."""
        posted = Post.objects.visible_to(request.user).values("user")
        everything = Q() if scope_of(request.user).prefixes("grid.view") == ("",) else Q(user__in=posted)
        return Absence.objects.filter(everything)

    def _may(self, request: HttpRequest, capability: str, obj: Any) -> bool:
        return scope_of(request.user).can(capability)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What was noted stays; an absence can be ended now."""
        return ("user", "starts_at", "ends_at", "substitute", "reason") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Note an absence; saving one that runs changes nothing (use the action to end it)."""
        actor: Any = request.user
        if not change:
            given = form.cleaned_data
            made = mark_absent(
                user=given["user"],
                starts_at=given["starts_at"],
                ends_at=given["ends_at"],
                reason=given["reason"],
                substitute=given["substitute"],
                actor=actor,
            )
            obj.pk, obj._state.adding = made.pk, False

    actions = ("end_now",)

    @admin.action(description=_("Is back now"), permissions=["change"])
    def end_now(self, request: HttpRequest, queryset: QuerySet[Absence]) -> None:
        """End the chosen absences."""
        actor: Any = request.user
        for absence in queryset.select_related("user"):
            end_absence(absence, now=timezone.now(), actor=actor)
