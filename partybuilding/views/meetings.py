"""Pages of meetings: list, planning, agenda, guests, attendance, minutes, and what earlier decisions came to."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.numbers import strict_int
from accounts.rules import form_page, signed_in
from grid.access import demand, requires
from incidents.forms.words import WordsForm
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import list_workbook
from partybuilding import files, forums, meetings, resolution_children, resolutions, topics
from partybuilding.filters.councils import MeetingFilter
from partybuilding.forms.choices import members_offered
from partybuilding.forms.councils import FilesForm, GuestForm, HoldForm, MeetingForm, presence_forms
from partybuilding.forms.decisions import FollowForm
from partybuilding.models import Forum, ForumMeeting, PartnerUnit, PartyMember, Topic
from partybuilding.stages import open_to, story
from partybuilding.views.deliberation import find_decision, find_meeting, may_hold

PAGE_SIZE: Final = 40
PAGE: Final = "partybuilding/meeting.html"
FORM_PAGE: Final = "partybuilding/meeting_edit.html"


# --- lists ------------------------------------------------------------------------------------------------------------


def _filtered(request: HttpRequest) -> MeetingFilter:
    rows = meetings.meetings_for(request.user)
    return narrowed(MeetingFilter(request.GET, queryset=rows, request=request))


@requires("party.view", "incident.handle")
@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    """Meetings in reach and those that the reader is asked to, the latest first."""
    chosen = _filtered(request)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE, by="starts_at"),
        "may_hold": may_hold(request),
        "now": timezone.now(),
    }
    return render(request, "partybuilding/meetings.html", context)


@requires("party.view")
@require_safe
def meeting_excel(request: HttpRequest) -> HttpResponse:
    """The meetings of the filters as a workbook (台账); who takes it is recorded."""
    rows = _filtered(request).qs.order_by("starts_at", "pk")
    header = [_("Forum of deliberation"), _("Kind"), _("Meeting"), _("When"), _("Where"), _("Grid"), _("Chair")]
    header += [_("Status"), _("Asked"), _("Came to the meeting"), _("residents who came"), _("Topics")]
    header += [_("Decisions"), _("Open decisions")]
    title = _("Meetings of forums")
    return list_workbook(request, header, _lines(rows), count=rows.count(), kind="forum_meeting", title=title)


def _lines(rows: Any) -> Iterator[list[Any]]:
    for row in rows.iterator():
        yield [
            *(row.forum.name, row.forum.get_kind_display(), row.title, timezone.localtime(row.starts_at)),
            *(row.place, row.grid.name, row.chair, row.get_status_display()),
            *(row.asked, row.came, row.residents, row.talked, row.decided, row.open),
        ]


# --- planning ---------------------------------------------------------------------------------------------------------


@form_page
@requires("council.edit")
def meeting_new(request: HttpRequest) -> HttpResponse:
    """Plan a meeting; from a forum or a meeting before it comes the usual place and the next day of the rhythm."""
    rows = Forum.objects.visible_to(request.user).filter(is_active=True).select_related("grid").defer("grid__boundary")
    rows = rows.filter(grid_code__in=_codes(request, rows)).order_by("grid_code", "name")
    form = MeetingForm(request.POST or None, forums=rows, initial=_proposed(request, rows))

    def write() -> ForumMeeting:
        given: dict[str, Any] = {"client_id": form.cleaned_data["client_id"], "forum": form.cleaned_data["forum"]}
        return meetings.plan_meeting(form.new(), **given, actor=person(request), now=timezone.now())[0]

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("Planned. Now put topics on its agenda and say who is asked."))
        return redirect("partybuilding:meeting", pk=made.pk)
    return shown_page(request, FORM_PAGE, {"meeting": None}, form)


def _codes(request: HttpRequest, rows: Any) -> list[str]:
    """The grids of those forums where the reader holds meetings: forums above her are seen, not called."""
    return [code for code in set(rows.values_list("grid_code", flat=True)) if may_hold(request, code)]


def _proposed(request: HttpRequest, rows: Any) -> dict[str, Any]:
    asked = request.GET.get("forum", "")
    forum: Forum | None = rows.filter(pk=strict_int(asked, name="forum")).first() if asked else None
    start: dict[str, Any] = {}
    if forum is None:
        return start
    last = forum.meetings.exclude(status="called_off").order_by("-starts_at").first()
    after = timezone.localdate(last.starts_at) if last else timezone.localdate()
    day = max(forums.next_day(forum, after) or timezone.localdate() + timedelta(days=1), timezone.localdate())
    at = timezone.localtime(last.starts_at).time() if last else time(15)
    moment = datetime.combine(day, at, timezone.get_current_timezone())
    return start | {
        "forum": forum.pk,
        "title": f"{forum.name}（{day.month}月）",
        "place": forum.venue,
        "starts_at": moment,
    }


@form_page
@requires("council.edit")
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a planned meeting."""
    meeting = find_meeting(request, pk)
    demand(request.user, "council.edit", meeting.grid_code)
    start = {name: getattr(meeting, name) for name in ("title", "starts_at", "place", "chair")}
    version = shown_version(request, meeting.version)
    form = MeetingForm(request.POST or None, forums=None, initial=start)

    def write() -> ForumMeeting:
        given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
        return meetings.change_meeting(meeting, form.new(), **given)

    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:meeting", pk=pk)
    return shown_page(request, FORM_PAGE, {"meeting": meeting, "version": version}, form)


# --- one meeting ------------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting. Who is asked to it sees it too, without what only its holders do."""
    return _meeting_page(request, find_meeting(request, pk))


def _meeting_page(request: HttpRequest, found: ForumMeeting, status: int = 200, **bound: Any) -> HttpResponse:
    now, holds = timezone.now(), may_hold(request, found.grid_code)
    begun = found.starts_at <= now
    agenda, guests = meetings.agenda_of(found), meetings.guests_of(found)
    kept = list(found.files.order_by("pk"))
    context = {
        "meeting": found,
        "agenda": [_with_ways(topic, request) for topic in agenda] if holds else agenda,
        "followed": meetings.followed(found),
        "guests": presence_forms(guests, bound.get("typed")) if holds else [(one, None) for one in guests],
        "documents": files.shown_documents(kept),
        "photos": files.shown_photos(kept),
        "pool": list(topics.pool(found)[:60]) if holds and found.status == "planned" else [],
        "files_form": bound.get("files_form") or FilesForm(),
        "guest_form": bound.get("guest_form") or (_guest_form(request, found) if holds else None),
        "next": meetings.following(found),
        "holds": holds,
        "begun": begun,
        "may_decide": holds and begun and found.status != "called_off",
        "stages": [one for one in open_to(found, request.user) if begun or one.name != "hold"],
        "steps": story(found),
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, PAGE, context, status=status)


def _with_ways(topic: Topic, request: HttpRequest) -> Topic:
    """Each decision of the topic carries what the reader may make of it by one click."""
    for row in topic.resolutions.all():
        row.topic = topic
        row.ways = resolution_children.open_ways(row, request.user)  # type: ignore[attr-defined]
        row.void = resolutions.is_void(row)  # type: ignore[attr-defined]
    return topic


def _guest_form(request: HttpRequest, found: ForumMeeting, typed: Any = None) -> GuestForm:
    units = PartnerUnit.objects.visible_to(request.user).filter(left_on=None).select_related("organization")
    members = PartyMember.objects.visible_to(request.user).filter(grid_code__startswith=found.grid_code)
    units = units.defer("contact_name", "contact_phone")
    return GuestForm(typed, units=units, members=members_offered(members))


def _held(request: HttpRequest, pk: int) -> ForumMeeting:
    """The meeting, for somebody who holds it: 404 out of sight, 403 for guests."""
    found = find_meeting(request, pk)
    demand(request.user, "council.edit", found.grid_code)
    return found


@require_POST
@requires("council.edit")
def meeting_invite(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask somebody to come."""
    found = _held(request, pk)
    form = _guest_form(request, found, request.POST)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if form.is_valid() and form.attempt(lambda: meetings.invite(found, form.new(), **given)):
        messages.success(request, _("On the list, and told when the meeting lies ahead."))
        return redirect(_at(pk, "guests"))
    return _meeting_page(request, found, 422, guest_form=form)


def _at(pk: int, part: str) -> str:
    return f"{reverse('partybuilding:meeting', args=[pk])}#{part}"


@require_POST
@requires("council.edit")
def meeting_strike(request: HttpRequest, pk: int, guest: int) -> HttpResponseBase:
    """Take somebody off the list."""
    meetings.take_back(_held(request, pk), guest, actor=person(request))
    messages.success(request, _("Saved."))
    return redirect(_at(pk, "guests"))


@require_POST
@requires("council.edit")
def meeting_presence(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Note who was there, all at once."""
    found = _held(request, pk)
    rows = presence_forms(found.guests.order_by("pk"), request.POST)
    sent = [(row, form) for row, form in rows if form.add_prefix("presence") in request.POST]
    if not all([form.is_valid() for _row, form in sent]):  # noqa: C419  # every line says what is wrong with it
        return _meeting_page(request, found, 422, typed=request.POST)
    marks = {row.pk: form.cleaned_data["presence"] for row, form in sent}
    meetings.note_presence(found, marks, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect(_at(pk, "guests"))


@require_POST
@requires("council.edit")
def meeting_agenda(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Put topics of the pool on the agenda."""
    found = _held(request, pk)
    chosen = topics.chosen_topics(found, request.POST.getlist("topics")[:100])
    count = topics.put_on_agenda(found, chosen, actor=person(request))
    messages.success(request, ngettext("%(n)s topic added.", "%(n)s topics added.", count) % {"n": count})
    return redirect(_at(pk, "agenda"))


@require_POST
@requires("council.edit")
def meeting_follow(request: HttpRequest, pk: int, decision: int) -> HttpResponseBase:
    """What this meeting heard of an earlier decision."""
    found, form = _held(request, pk), FollowForm(request.POST)
    row = find_decision(request, decision)
    given: dict[str, Any] = {"meeting": found, "actor": person(request), "now": timezone.now()}
    if form.is_valid() and form.attempt(lambda: resolutions.follow_up(row, form.cleaned_data["text"], **given)):
        messages.success(request, _("Kept with the decision."))
    else:
        messages.error(request, _("Say how it stands."))
    return redirect(_at(pk, "followed"))


@require_POST
@requires("council.edit")
def meeting_files(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Keep minutes that were signed, lists, photos with the meeting."""
    found = _held(request, pk)
    form = FilesForm(request.POST, request.FILES)

    def write() -> tuple[int]:
        kept = files.attach(form.cleaned_data["papers"], owner=found, actor=person(request), now=timezone.now())
        return (len(kept),)

    if form.is_valid() and (made := form.attempt(write)):
        messages.success(request, ngettext("%(n)s file kept.", "%(n)s files kept.", made[0]) % {"n": made[0]})
        return redirect(_at(pk, "files"))
    return _meeting_page(request, found, 422, files_form=form)


@form_page
@requires("council.edit")
def meeting_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """The end of a meeting: minutes, begun from what was said and decided."""
    found = _held(request, pk)
    version = shown_version(request, found.version)
    start = {"minutes": HoldForm.begun(found, meetings.agenda_of(found)), "residents": found.residents}
    form = HoldForm(request.POST or None, initial=start)

    def write() -> ForumMeeting:
        given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
        return meetings.hold(found, **form.cleaned_data, **given)

    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("The minutes are kept. Decisions are followed up at the next meeting."))
        return redirect("partybuilding:meeting", pk=pk)
    return shown_page(request, "partybuilding/meeting_hold.html", {"meeting": found, "version": version}, form)


@form_page
@requires("council.edit")
def meeting_call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a meeting off, with the reason."""
    found = _held(request, pk)
    version = shown_version(request, found.version)
    form = WordsForm(request.POST or None, name="text", label=_("Why it is called off"), longest=500)

    def write() -> ForumMeeting:
        given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
        return meetings.call_off(found, text=form.cleaned_data["text"], **given)

    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Called off. Its topics are back in the pool, who was asked is told."))
        return redirect("partybuilding:meeting", pk=pk)
    context = {"meeting": found, "version": version}
    return shown_page(request, "partybuilding/meeting_call_off.html", context, form)


@signed_in
@require_safe
def meeting_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as a sheet to print and sign."""
    found = find_meeting(request, pk)
    context = {
        "meeting": found,
        "agenda": meetings.agenda_of(found),
        "guests": meetings.guests_of(found),
        "followed": meetings.followed(found),
    }
    return render(request, "partybuilding/meeting_print.html", context)
