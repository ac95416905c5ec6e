"""Pages of activities: the list for everybody, the calendar, planning and changing."""

from datetime import timedelta
from operator import attrgetter
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page, signed_in
from grid.access import requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.overview import midnight
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import shown_page
from incidents.views.months import given_month, month_context, span_of
from incidents.views.workbooks import list_workbook
from partybuilding import activities
from partybuilding.activity_office import demand_office, office_of
from partybuilding.files import photos_of_mine, sees_files, shown_documents, shown_photos
from partybuilding.filters.activities import ActivityFilter
from partybuilding.forms.activities import ActivityForm, FilesForm, PutDownForm, presence_forms
from partybuilding.forms.choices import grids_where
from partybuilding.models import Activity, Story
from partybuilding.signups import WORDS, shown_name
from partybuilding.stages import open_to, story

PAGE_SIZE: Final = 30
COMING: Final = 6
SHOWN_FILTERS: Final = "q status level kind series from_day to_day mine"


def find_activity(request: HttpRequest, pk: int) -> Activity:
    """The activity if the reader may see it; 404 otherwise."""
    rows = Activity.objects.visible_to(request.user).select_related("kind", "series", "grid", "incident", "alliance")
    found = get_object_or_404(rows.select_related("party__organization").defer("grid__boundary"), pk=pk)
    return activities.with_counts([found], request.user)[0]


# --- lists ------------------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def activity_list(request: HttpRequest) -> HttpResponse:
    """What comes next, then all in reach, newest first; everybody may look and sign up."""
    now, rows = timezone.now(), activities.in_lists(request.user)
    chosen = narrowed(ActivityFilter(request.GET.copy(), queryset=rows, request=request))
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE, by="starts_at")
    coming = [] if request.GET else list(rows.filter(status="planned", ends_at__gt=now).order_by("starts_at")[:COMING])
    activities.with_counts([*page.rows, *coming], request.user)
    context = {
        "filter": chosen,
        "only": SHOWN_FILTERS,
        "page": page,
        "coming": coming,
        "figures": _figures(request, now),
        "grids": grid_choices(request),
        "may_edit": scope_of(request.user).can("activity.edit"),
        "now": now,
    }
    return render(request, "partybuilding/activities.html", context)


def _figures(request: HttpRequest, now: Any) -> dict[str, Any]:
    since = timezone.localdate(now) - timedelta(days=364)
    held = Q(status="held", starts_at__gte=midnight(since))
    found: dict[str, int] = Activity.objects.visible_to(request.user).aggregate(
        to_come=Count("pk", filter=Q(status="planned", starts_at__gt=now)),
        waiting=Count("pk", filter=Q(status="planned", ends_at__lte=now)),
        street=Count("pk", filter=held & Q(level="street")),
        community=Count("pk", filter=held & Q(level="community")),
    )
    return {**found, "since": since.isoformat()}


@requires("activity.edit")
@require_safe
def activity_list_excel(request: HttpRequest) -> HttpResponse:
    """The activities of the filters as an Excel file: numbers, no names; the taking is recorded."""
    rows = narrowed(ActivityFilter(request.GET.copy(), queryset=activities.in_lists(request.user), request=request)).qs
    lines = map(_cells, rows.order_by("-starts_at"))
    return list_workbook(request, _header(), lines, count=rows.count(), kind="activity", title=_("Activities"))


def _header() -> list[str]:
    fields = [activities.heading(name) for name in activities.COUNTS]
    return [_("When"), _("Title"), _("Kind"), _("Level"), _("Grid"), _("Where"), _("Series"), _("Status"), *fields]


def _cells(row: Activity) -> list[Any]:
    numbers = [getattr(row, name) for name in activities.COUNTS]
    series = row.series.name if row.series else ""
    named = [row.get_level_display(), row.grid.name, row.place, series, row.get_status_display()]
    return [row.starts_at, row.title, row.kind.name, *named, *numbers]


@signed_in
@require_safe
def activity_calendar(request: HttpRequest) -> HttpResponse:
    """A month of activities, day by day."""
    first = given_month(request)
    since, until = span_of(first)
    rows = activities.in_lists(request.user).filter(starts_at__gte=since, starts_at__lt=until)
    found = rows.exclude(status="called_off").order_by("starts_at", "pk")
    context = month_context(first, found, attrgetter("starts_at"))
    return render(request, "partybuilding/activity_calendar.html", context)


# --- planning ---------------------------------------------------------------------------------------------------------


@form_page
@requires("activity.edit")
def activity_new(request: HttpRequest) -> HttpResponse:
    """Plan an activity; a second send of the same form shows the first."""
    start = {"series": request.GET.get("series", ""), "grid": request.GET.get("grid", "")}
    form = ActivityForm(
        request.POST or None,
        user=request.user,
        grids=grids_where(request.user, "activity.edit", lowest=Grid.Level.GRID),
        initial=start,
    )

    def write() -> Activity:
        given = {"grid": form.cleaned_data["grid"], "client_id": form.cleaned_data["client_id"]}
        made, _new = activities.plan(form.new(), **given, actor=person(request), now=timezone.now())
        return made

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("Planned. People may sign up now."))
        return redirect("partybuilding:activity", pk=made.pk)
    return shown_page(request, "partybuilding/activity_edit.html", {"activity": None}, form)


@form_page
@requires("activity.edit")
def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a planned activity."""
    activity = find_activity(request, pk)
    demand_office(activity, person(request))
    start = {name: getattr(activity, name) for name in activities.PLAIN} | {
        "incident": activity.incident.number if activity.incident else "",
        "units": activity.units.all(),
        "labels": activity.labels.all(),
    }
    version = shown_version(request, activity.version)
    form = ActivityForm(request.POST or None, user=request.user, grids=None, old=activity, initial=start)

    def write() -> Activity:
        given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
        return activities.change(activity, form.new(), **given)

    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:activity", pk=pk)
    return shown_page(request, "partybuilding/activity_edit.html", {"activity": activity, "version": version}, form)


# --- one activity -----------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One activity. Its office sees who comes; everybody else sees how many, and herself."""
    return activity_page(request, find_activity(request, pk))


def activity_page(
    request: HttpRequest, activity: Any, *, put_down: Any = None, typed: Any = None, upload: Any = None
) -> HttpResponse:
    """The page of an activity with its forms; 422 when one of them is shown again."""
    now, scope = timezone.now(), scope_of(request.user)
    may_edit, begun = scope.can("activity.edit", office_of(activity)), activity.starts_at <= now
    files = list(activity.files.all() if sees_files(request.user) else photos_of_mine(request.user, activity))
    is_open = activity.status == "planned" and not begun
    context = {
        "activity": activity,
        "units": list(activity.units.select_related("organization")),
        "labels": list(activity.labels.all()),
        "photos": shown_photos(files),
        "documents": shown_documents(files),
        "stories": list(Story.objects.filter(activity=activity).annotate(votes_count=Count("votes"))[:10]),
        "rows": _people(activity, typed) if may_edit else [],
        "put_down": put_down or PutDownForm(),
        "upload": upload or FilesForm(),
        "may_edit": may_edit,
        "begun": begun,
        "may_sign_up": is_open and not activity.mine,
        "may_withdraw": is_open and activity.mine in ("signed_up", "waiting"),
        "stages": [one for one in open_to(activity, request.user) if may_edit and (begun or one.name != "hold")],
        "sees_incident": activity.incident is not None and scope.can("incident.view", activity.incident.grid_code),
        "steps": story(activity) if may_edit else [],
        "now": now,
    }
    bad = any(form is not None for form in (put_down, typed, upload))
    return render(request, "partybuilding/activity.html", context, status=422 if bad else 200)


def _people(activity: Activity, typed: Any) -> list[tuple[Any, Any, str, Any]]:
    rows = activity.people.select_related("user", "member").order_by("pk")
    return [(row, form, shown_name(row), WORDS[row.presence]) for row, form in presence_forms(rows, typed)]
