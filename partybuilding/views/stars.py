"""Pages of claimed stars: the board by star, the partners who earned one, one pledge with its deliveries."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import requires
from grid.scope import scope_of
from incidents.forms.words import WordsForm
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from incidents.views.workbooks import list_workbook
from partybuilding import stars
from partybuilding.files import shown_photos
from partybuilding.filters.units import ClaimFilter
from partybuilding.forms.stars import ClaimForm, DeliveryForm, ReviewForm
from partybuilding.models import PartnerUnit, StarClaim
from partybuilding.stages import TABLE, open_to, story
from partybuilding.units import EDITS, demand_hers, works_for
from partybuilding.views.units import SHOWS

STEPS: Final = ("complete", "review", "drop")
MOST: Final = 1000
"""Claims of one board; a district has fewer in a year."""


def _chosen(request: HttpRequest) -> tuple[Any, QuerySet[StarClaim]]:
    chosen = narrowed(ClaimFilter(request.GET.copy(), queryset=StarClaim.objects.visible_to(request.user)))
    return chosen, chosen.qs


def find_claim(request: HttpRequest, pk: int) -> StarClaim:
    """The claim with what was delivered, if the reader may see it; 404 otherwise."""
    rows = stars.with_delivered(StarClaim.objects.visible_to(request.user).select_related("unit__organization__grid"))
    found: StarClaim = get_object_or_404(rows.defer("unit__organization__grid__boundary", "grid__boundary"), pk=pk)
    return found


def claim_address(row: StarClaim) -> str:
    """The page of a claim."""
    return reverse("partybuilding:star_claim", args=[row.pk])


@requires(*SHOWS)
@require_safe
def star_board(request: HttpRequest) -> HttpResponse:
    """认领榜: every star with who claimed it, what was pledged and how much is delivered."""
    today = timezone.localdate()
    chosen, rows = _chosen(request)
    kept = rows.order_by("-pk").values("pk")[:MOST]
    context = {
        "form": chosen.form,
        "board": stars.board(StarClaim.objects.filter(pk__in=kept)),
        "figures": stars.figures(rows, today),
        "today": today,
        "year": int(chosen.form.cleaned_data["year"] or today.year),
        "may_claim": _may_claim(request),
        "may_export": scope_of(request.user).can("party.view"),
    }
    return render(request, "partybuilding/stars.html", context)


@requires(*SHOWS)
@require_safe
def star_partners(request: HttpRequest) -> HttpResponse:
    """摘星伙伴: who earned which stars by pledges kept in a year."""
    chosen, rows = _chosen(request)
    year = int(chosen.form.cleaned_data["year"] or timezone.localdate().year)
    context = {"form": chosen.form, "partners": stars.partners(rows), "year": year}
    return render(request, "partybuilding/star_partners.html", context)


@requires("party.view")
@require_safe
def star_excel(request: HttpRequest) -> HttpResponse:
    """The claims of the filters as an Excel file; the taking is recorded."""
    _form, rows = _chosen(request)
    header = [_("Year"), _("Star"), _("Partner unit"), _("Grid"), _("Pledge"), _("Pledged number")]
    header += [_("Delivered so far"), _("Counted in"), _("Due by"), _("Status"), _("Result of the review")]
    header += [_("Reason of the review"), _("People who gained")]
    lines = map(_cells, stars.with_delivered(rows).order_by("star", "unit", "pk"))
    count = rows.order_by().count()
    return list_workbook(request, header, lines, count=count, kind="starclaim", title=_("Claimed stars"))


def _cells(row: Any) -> list[Any]:
    place = [row.year, row.star.name, str(row.unit), row.grid.name, row.pledge, row.amount, row.delivered]
    ending = [row.measure, row.due_on, row.get_status_display(), row.get_grade_display(), row.review, row.gained]
    return [*place, *ending]


def _may_claim(request: HttpRequest) -> bool:
    scope = scope_of(request.user)
    own = PartnerUnit.objects.filter(organization__in=scope.organizations, left_on=None)
    return scope.can(EDITS) or (bool(scope.organizations) and own.exists())


@requires("lists.edit", "incident.handle")
@form_page
def claim_new(request: HttpRequest) -> HttpResponse:
    """A unit claims a star."""
    form = ClaimForm(request.POST or None, user=request.user, initial={"unit": request.GET.get("unit", "")})

    def write() -> StarClaim:
        given = form.cleaned_data["client_id"]
        return stars.claim(form.new(), client_id=given, actor=person(request), now=timezone.now())

    back = reverse("partybuilding:stars")
    return one_form(request, form, write, title=_("Claim a star"), back=back, goes_to=claim_address, draft="star-claim")


@requires(*SHOWS)
@require_safe
def claim_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One pledge: what was pledged, what was done, the review."""
    return _claim_page(request, find_claim(request, pk), DeliveryForm())


def _claim_page(request: HttpRequest, row: Any, form: DeliveryForm) -> HttpResponse:
    deliveries = list(row.deliveries.prefetch_related("files"))
    for one in deliveries:
        one.photos = shown_photos(one.files.all())
    hers = works_for(request.user, row.unit) or scope_of(request.user).can(EDITS, row.grid_code)
    context = {
        "claim": row,
        "share": stars.share(row),
        "deliveries": deliveries,
        "form": form,
        "may_deliver": hers and row.status in stars.DELIVERED,
        "stages": [
            one
            for one in open_to(row, request.user)
            if one.name in STEPS
            and (row.times or one.name != "complete")
            and not (one.name == "review" and works_for(request.user, row.unit))
        ],
        "story": story(row),
        "is_late": row.status in stars.OPEN and row.due_on < timezone.localdate(),
    }
    return render(request, "partybuilding/star_claim.html", context, status=422 if form.is_bound else 200)


@requires("lists.edit", "incident.handle")
@require_POST
def claim_deliver(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write down what was done."""
    row, form = find_claim(request, pk), DeliveryForm(request.POST, request.FILES)
    demand_hers(request.user, row.unit, row.grid_code)

    def write() -> Any:
        photos = form.cleaned_data["photos"]
        return stars.deliver(row, form.new(), photos=photos, actor=person(request), now=timezone.now())

    if form.is_valid() and form.attempt(write):
        messages.success(request, _("Written down."))
        return redirect("partybuilding:star_claim", pk)
    return _claim_page(request, row, form)


@requires("lists.edit", "incident.handle", "party.decide")
@form_page
def claim_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Delivered, reviewed, or given up."""
    row = find_claim(request, pk)
    if name not in STEPS:
        raise Http404
    TABLE.demand_stage(row, TABLE.stage_of(row, name), person(request))
    form = _step_form(request, name)
    given: dict[str, Any] = {"version": shown_version(request, row.version), "now": timezone.now()}

    def write() -> StarClaim:
        return getattr(stars, name)(row, **form.cleaned_data, actor=person(request), **given)  # type: ignore[no-any-return]

    titles = {"complete": _("Everything was delivered"), "review": _("Yearly review"), "drop": _("Give up the pledge")}
    more: dict[str, Any] = {"version": row.version, "danger": name == "drop", "text": row.pledge}
    return one_form(request, form, write, title=titles[name], back=claim_address(row), **more)


def _step_form(request: HttpRequest, name: str) -> Any:
    data = request.POST if request.method == "POST" else None
    if name == "review":
        return ReviewForm(data)
    if name == "drop":
        return WordsForm(data, name="text", label=_("Reason"), longest=500)
    form = WordsForm(data, name="text", label="", longest=1)
    del form.fields["text"]
    return form
