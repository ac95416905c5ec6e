"""案件: the list with its filters in the address, one case with all that is known of it, and its reporter's contact."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotAllowed
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import signed_in
from accounts.shell import is_phone
from grid.access import requires
from grid.models import Grid
from grid.scope import scope_of
from grid.sheets import XLSX
from incidents import (
    action_figures,
    application_queries,
    callbacks,
    clusters,
    dispute_story,
    labels,
    rule_story,
    story,
    supervision_story,
    whistle_story,
)
from incidents.clock_story import clock_parts
from incidents.contacts import Contact, may_reveal, reveal_contact
from incidents.evidence import add_photos
from incidents.exports import export_xlsx
from incidents.filters import IncidentFilter
from incidents.forms import MorePhotosForm, RevealForm
from incidents.models import Incident
from incidents.querysets import IncidentQuerySet
from incidents.relocating import may_relocate
from incidents.views.finding import detail_address, find_incident, person
from incidents.views.moves import offers

PAGE_SIZE: Final = 50
LONGEST_CHIP: Final = 60
STREET_DIGITS: Final = 9
GRID_CHOICES: Final = 200
LIST_RELATED: Final = ("category", "grid", "handler_organization", "handler_user")
SHOWN_FILTERS: Final = ("q", "state", "category", "grid", "source", "reported_from", "reported_to")
KEPT: Final = (
    "among",
    "open",
    "overdue",
    "due_soon",
    "handler",
    "reporter",
    "closed_from",
    "closed_to",
    "urgency",
    "severity",
    "cluster",
    "label",
    "problem_kind",
    "inspector",
    "is_supervised",
    "in_arbitration",
    "reported_up",
    "resting",
    "returned_min",
    "reworked_min",
    "level",
    "closing",
    "is_solved",
)
"""Filters that the bar does not show, but keeps when it is sent."""


@signed_in
@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    """The cases of the filters, newest first; htmx gets the table alone."""
    chosen, grids = filtered(request), grid_choices(request)
    rows = chosen.qs.select_related(*LIST_RELATED).defer("text", "contact_name", "contact_phone", "point")
    context = {
        "now": timezone.now(),
        "filter": chosen,
        "bar": [chosen.form[name] for name in SHOWN_FILTERS],
        "bar_is_set": any(request.GET.get(name) for name in SHOWN_FILTERS) and not is_phone(request),
        "grids": grids,
        "kept": [(name, value) for name in KEPT for value in request.GET.getlist(name) if value],
        "page": keyset_page(rows, request.GET, size=PAGE_SIZE),
        "chips": chips(request, chosen, dict(grids)),
        "can_export": scope_of(request.user).can("incident.export"),
    }
    fragment = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "incidents/parts/case_table.html" if fragment else "incidents/list.html"
    return render(request, template, context)


def grid_choices(request: HttpRequest) -> list[tuple[str, str]]:
    """(code, name) of the grids to filter by: the level below the reader's own; one query."""
    home = scope_of(request.user).home
    level = 4 if len(home) <= STREET_DIGITS else min(len(home) // 3 + 1, 6)
    rows = Grid.objects.visible_to(request.user).current(timezone.localdate()).filter(level=level)
    found = list(rows.order_by("code").values_list("code", "name")[:GRID_CHOICES])
    asked = request.GET.get("grid", "")
    if not asked or asked in dict(found):
        return found
    name = Grid.objects.visible_to(request.user).filter(code=asked).values_list("name", flat=True).first()
    return [(asked, name or asked), *found]


def filtered(request: HttpRequest) -> IncidentFilter:
    """The filter set of the address over what the reader may see; NotValid for a filter that is not one."""
    rows: IncidentQuerySet = Incident.objects.visible_to(request.user)
    return narrowed(IncidentFilter(request.GET, queryset=rows, request=request))


def chips(request: HttpRequest, chosen: IncidentFilter, grids: dict[str, str]) -> list[tuple[str, str]]:
    """(words, address without it) for every filter that is set; `grids` gives the names of codes."""
    made = []
    for name, field in chosen.form.fields.items():
        values = [value for value in request.GET.getlist(name) if value]
        for value in values:
            query = request.GET.copy()
            query.setlist(name, [other for other in query.getlist(name) if other != value])
            for key in ("after", "before"):
                query.pop(key, None)
            words = grids.get(value, value) if name == "grid" else shorten(_value_words(field, value))
            made.append((f"{field.label}: {words}", f"?{query.urlencode()}"))
    return made


def shorten(words: str) -> str:
    """Words that fit on a chip."""
    return words if len(words) <= LONGEST_CHIP else f"{words[:LONGEST_CHIP]}…"


def _value_words(field: Any, value: str) -> str:
    """A value as people read it: the label of a choice, yes for a tick, else itself."""
    for key, label in getattr(field, "choices", ()):
        if str(key) == value:
            return str(label)
    return _("yes") if value == "true" else value


@requires("incident.export")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The cases of the filters in the address as an Excel file; kept in the record of access."""
    now = timezone.now()
    book = export_xlsx(filtered(request).qs, actor=person(request), now=now, request=request)
    response = HttpResponse(book, content_type=XLSX)
    name = _("cases") + f"-{timezone.localtime(now):%Y%m%d-%H%M}.xlsx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


@signed_in
@never_cache
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One case: where it stands, what happened, why it went there, and what the reader may do."""
    incident = find_incident(request.user, number)
    context = case_context(request, incident)
    context["whistles"] = whistle_story.for_case(incident, request.user)
    context |= labels.for_case(incident, request.user)
    context["joint_action"] = action_figures.for_case(incident, request.user)
    context["watch"] = supervision_story.for_case(incident, request.user, context["now"])
    return render(request, "incidents/detail.html", context)


def case_context(request: HttpRequest, incident: Incident) -> dict[str, Any]:
    """All that the page of a case and the desk show; at most seven queries beside the case itself."""
    now = timezone.now()
    attachments, events = list(incident.attachments.all()), list(incident.events.all())
    before, after = story.before_and_after(attachments)
    return {
        "incident": incident,
        "now": now,
        "offers": offers(incident, request.user),
        "steps": story.timeline(events, attachments),
        "feedback": story.last_feedback(events),
        "clocks": clock_parts(incident.clock_entries.all()),
        "applications": application_queries.for_case(incident, request.user, now),
        "before": before,
        "after": after,
        "decisions": decisions_of(incident),
        "assignments": list(incident.assignments.select_related("organization", "user", "by")),
        "cluster": clusters.for_case(incident, request.user),
        "may_relocate": may_relocate(incident, request.user),
        "may_reveal": may_reveal(incident, request.user),
        "photo_form": MorePhotosForm(),
        "grid_url": grid_address(incident),
        "mediation": dispute_story.for_case(incident, request.user),
        "asked": callbacks.for_case(incident, request.user),
        "has_contact": bool(incident.contact_index or incident.contact_name),
    }


def grid_address(incident: Incident) -> str:
    """The map's grids around a case: those of its own community (its street, when it lies in none)."""
    chosen = {"level": "5", "under": incident.grid_code[:12]}
    return f"{reverse('incidents:loads')}?{urlencode(chosen)}"


def decisions_of(incident: Incident) -> list[dict[str, Any]]:
    """Why it went where it went, newest round first."""
    people = ("chosen_organization", "chosen_user", "overridden_by", "by")
    rows = incident.decisions.select_related("category", "rule", *people).order_by("-round")
    return [
        {"decision": row, "lines": story.reason_lines(row.reasons), "contenders": rule_story.contenders(row)}
        for row in rows
    ]


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """The reporter's contact, shown for a purpose that is kept in the record of access and in the case's history."""
    incident = find_incident(request.user, number)
    if not may_reveal(incident, request.user):
        raise NotAllowed(_("You may not see the reporter's contact."))
    form = RevealForm(request.POST or None)
    shown: Contact | None = None
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        shown = reveal_contact(incident, actor=person(request), purpose=purpose, now=timezone.now(), request=request)
    template = "incidents/parts/contact.html" if getattr(request, "htmx", False) else "incidents/contact.html"
    status = 422 if form.is_bound and shown is None else 200
    return render(request, template, {"incident": incident, "form": form, "shown": shown}, status=status)


@signed_in
@require_POST
def photos(request: HttpRequest, number: str) -> HttpResponse:
    """Photos that come after the report: from the reporter, the handler or the desk."""
    incident = find_incident(request.user, number)
    form = MorePhotosForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(said) for errors in form.errors.values() for said in errors))
        return redirect(detail_address(incident))
    given = form.cleaned_data
    now = timezone.now()
    added = add_photos(incident.pk, photos=given["photos"], text=given["text"], actor=person(request), now=now)
    messages.success(request, _("Photos added: %(n)s.") % {"n": len(added)})
    return redirect(detail_address(incident))
