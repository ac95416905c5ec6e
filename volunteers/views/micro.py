"""Pages of micro-projects: the list, one project with its way, money, milestones, and every step of it."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db.models import Exists, OuterRef, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotAllowed
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.numbers import strict_int
from accounts.protect import mask_name
from accounts.rules import form_page, signed_in
from grid.access import requires
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import list_workbook
from volunteers import files, micro, micro_money, micro_review, micro_sheets
from volunteers.filters.micro import MicroProjectFilter
from volunteers.forms.micro import BidForm, FinishForm, FundForm, PaidForm, ReplanForm, WordsForm
from volunteers.models import Expense, MicroProject, Milestone, Volunteer, Wish
from volunteers.stages import open_to, story

PAGE_SIZE: Final = 50
OF_REVIEW: Final = ("submitted", "coaching", "review")
RELATED: Final = ("call", "kind", "team__leader", "organization__grid", "grid", "by")
UNREAD: Final = ("grid__boundary", "organization__grid__boundary")


def filtered(request: HttpRequest) -> MicroProjectFilter:
    """The filters of the address over what the reader may see."""
    rows = micro.projects_seen_by(request.user)
    return narrowed(MicroProjectFilter(request.GET, queryset=rows, request=request))


@signed_in
@never_cache
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Micro-projects, newest first."""
    chosen = filtered(request)
    late = Milestone.objects.filter(project=OuterRef("pk"), done_on=None, due_on__lt=timezone.localdate())
    rows = chosen.qs.annotate(spent=Sum("budget__spent"), is_late=Exists(late))
    rows = rows.select_related("call", "kind", "team", "organization", "grid").defer("grid__boundary")
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": keyset_page(rows, request.GET, size=PAGE_SIZE),
        "running": micro.LIVING,
        "may_export": scope_of(request.user).can("volunteer.view"),
    }
    return render(request, "volunteers/micro_projects.html", context)


@requires("volunteer.view")
@require_safe
def project_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook."""
    rows, title = filtered(request).qs, _("Micro-projects")
    header, lines = micro_sheets.projects_header(), micro_sheets.project_lines(rows)
    return list_workbook(request, header, lines, count=rows.count(), kind="micro_project", title=title)


def find_project(request: HttpRequest, pk: int) -> MicroProject:
    """The project if the reader may see it; 404 otherwise."""
    rows = micro.projects_seen_by(request.user).select_related(*RELATED).defer(*UNREAD)
    found: MicroProject = get_object_or_404(rows, pk=pk)
    return found


@signed_in
@never_cache
@require_safe
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """One project with what the reader may do."""
    return _shown(request, find_project(request, pk))


@signed_in
@never_cache
@require_safe
def project_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a project: what is planned, the money, the milestones, the result."""
    row = find_project(request, pk)
    return render(request, "volunteers/micro_print.html", {**_parts(row, request), "steps": _named(story(row))})


def _parts(row: MicroProject, request: HttpRequest) -> dict[str, Any]:
    paid = Expense.objects.filter(line__project=row).select_related("line", "by").prefetch_related("files")
    budget = list(row.budget.all())
    office = scope_of(request.user).can("micro.edit", row.grid_code)
    decided = row.status not in OF_REVIEW
    return {
        "project": row,
        "budget": budget,
        "planned": sum(one.amount for one in budget),
        "spent": sum(one.spent for one in budget),
        "expenses": list(paid.order_by("-paid_on", "-pk")),
        "milestones": list(row.milestones.all()),
        "wishes": _wishes(row),
        "office": office,
        "mean": micro_review.means(row.call).get(row.pk) if office or decided else None,
    }


def _wishes(row: MicroProject) -> list[Wish]:
    rows: Any = row.wishes.only("id", "title", "display_name", "status", "grid_code")
    return list(rows)


def _shown(request: HttpRequest, row: MicroProject, form: Any = None, step: str = "") -> HttpResponse:
    user, parts = request.user, _parts(row, request)
    keeps = parts["office"] or micro.is_bidder(row, user)
    stages = [stage for stage in open_to(row, user) if stage.name != "coach"]
    wishes = Wish.objects.visible_to(user).filter(pk__in=[one.pk for one in parts["wishes"]])
    context = {
        **parts,
        "moves": [(stage, form if stage.name == step else _form(stage, row)) for stage in stages],
        "keeps": keeps,
        "may_coach": parts["office"] and row.status in ("submitted", "coaching", *micro.LIVING),
        "coach_form": form if step == "coach" else WordsForm(needed=True, auto_id="id_coach_%s"),
        "may_rework": keeps and row.status in micro.BEFORE_REVIEW,
        "may_replan": keeps and row.status == "funded",
        "may_spend": keeps and row.status in micro_money.SPENDING,
        "may_reach": keeps and row.status in ("running", "mid_checked"),
        "may_invite": parts["office"] and row.status in OF_REVIEW,
        "reviewers": _reviewers(row) if parts["office"] else [],
        "mine": row.reviewers.filter(user=user.pk).first(),
        "seen_wishes": set(wishes.values_list("pk", flat=True)),
        "steps": _named(story(row)),
        "shown": [_with_files(one) for one in parts["expenses"]],
        "today": timezone.localdate(),
    }
    return render(request, "volunteers/micro_project.html", context, status=422 if form is not None else 200)


def _named(told: list[tuple[Any, str]]) -> list[tuple[Any, str, str]]:
    """The steps with the names of who took them; who is a volunteer is masked, as everywhere."""
    people = {step.by_id for step, _label in told if step.by_id}
    hidden = set(Volunteer.objects.filter(user__in=people).values_list("user", flat=True))
    return [(step, label, _name(step.by, hidden)) for step, label in told]


def _name(user: Any, hidden: set[Any]) -> str:
    if user is None:
        return ""
    return mask_name(user.real_name) if user.pk in hidden else user.real_name or user.username


def _with_files(paid: Expense) -> tuple[Expense, Any, Any]:
    held = list(paid.files.all())
    return paid, files.shown_photos(held), files.shown_documents(held)


def _reviewers(row: MicroProject) -> list[Any]:
    return list(row.reviewers.select_related("user").annotate(total=Sum("scores__points")).order_by("pk"))


def _form(stage: Any, row: MicroProject, data: Any = None) -> Any:
    more: dict[str, Any] = {"auto_id": f"id_{stage.name}_%s"}
    if stage.name == "fund":
        return FundForm(data, asked=row.asked, **more)
    if stage.name == "finish":
        return FinishForm(data, **more)
    return WordsForm(data, needed=stage.needs_text, **more)


@signed_in
@never_cache
@form_page
def project_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """To review, fund, not chosen, begin, mid-term check, final review, withdraw, stop."""
    row = find_project(request, pk)
    stage = next((one for one in micro.stages_of_project() if one.name == name and name != "coach"), None)
    if stage is None:
        raise Http404
    if request.method != "POST":
        return redirect("volunteers:micro_project", row.pk)
    micro.demand_step(row, stage, person(request))
    form = _form(stage, row, request.POST)
    given = {"actor": person(request), "now": timezone.now(), "version": shown_version(request, row.version)}
    take = DOING.get(name, _plain(name))
    if form.is_valid() and form.attempt(lambda: take(row, form.cleaned_data, given)) is not None:
        messages.success(request, _("%(number)s: done.") % {"number": row.number})
        return redirect("volunteers:micro_project", row.pk)
    return _shown(request, row, form, name)


def _plain(name: str) -> Callable[[MicroProject, Any, dict[str, Any]], MicroProject]:
    return lambda row, data, given: micro.step(row, name, text=data["text"], **given)


DOING: Final[dict[str, Callable[[MicroProject, Any, dict[str, Any]], MicroProject]]] = {
    "fund": lambda row, data, given: micro_money.fund(row, data["granted"], text=data["text"], **given),
    "finish": lambda row, data, given: micro.finish(row, **data, **given),
}


@requires("micro.edit")
@require_POST
def project_coach(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what was advised or seen on the spot."""
    row, form = find_project(request, pk), WordsForm(request.POST, needed=True, auto_id="id_coach_%s")
    actor, now = person(request), timezone.now()
    if form.is_valid() and form.attempt(lambda: micro.coach(row, form.cleaned_data["text"], actor=actor, now=now)):
        messages.success(request, _("Saved."))
        return redirect("volunteers:micro_project", row.pk)
    return _shown(request, row, form, "coach")


@signed_in
@require_POST
def milestone_reach(request: HttpRequest, pk: int) -> HttpResponse:
    """A milestone (body: milestone) is reached."""
    row = find_project(request, pk)
    micro.demand_keeper(row, person(request))
    number = strict_int(request.POST.get("milestone", ""), name="milestone")
    found = get_object_or_404(Milestone.objects.select_related("project__team__leader"), pk=number, project=row)
    micro.reach(found, actor=person(request), now=timezone.now())
    return redirect("volunteers:micro_project", row.pk)


def _kept_by(request: HttpRequest, pk: int) -> MicroProject:
    row = find_project(request, pk)
    if not micro.is_bidder(row, request.user) and not scope_of(request.user).can("micro.edit", row.grid_code):
        raise NotAllowed(_("You may not do this here."))
    return row


@signed_in
@never_cache
@form_page
def project_rework(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the bid anew while it is coached."""
    row = _kept_by(request, pk)
    form = BidForm(request.POST or None, user=request.user, call=row.call, project=row)
    if form.is_valid():
        actor, now, version = person(request), timezone.now(), shown_version(request, row.version)
        if form.attempt(lambda: micro.rework(row, form.new(), actor=actor, now=now, version=version)):
            messages.success(request, _("Saved."))
            return redirect("volunteers:micro_project", row.pk)
    context = {"call": row.call, "project": row, "version": shown_version(request, row.version)}
    return shown_page(request, "volunteers/micro_bid.html", context, form)


@signed_in
@never_cache
@form_page
def project_replan(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan the budget for the money that was granted."""
    row = _kept_by(request, pk)
    form = ReplanForm(request.POST or None, project=row)
    if form.is_valid():
        actor, now = person(request), timezone.now()
        if form.attempt(lambda: micro_money.replan(row, form.lines("budget"), actor=actor, now=now)):
            messages.success(request, _("Saved."))
            return redirect("volunteers:micro_project", row.pk)
    context = {"project": row, "whole": (row.granted or 0) + row.own_money}
    return shown_page(request, "volunteers/micro_replan.html", context, form)


@signed_in
@never_cache
@form_page
def project_spend(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what was paid, with its receipt."""
    row = _kept_by(request, pk)
    form = PaidForm(request.POST or None, request.FILES or None, project=row)
    if form.is_valid():
        line, actor, now = form.cleaned_data["line"], person(request), timezone.now()
        if form.attempt(lambda: micro_money.spend(line, form.paid(), actor=actor, now=now)):
            messages.success(request, _("Saved."))
            return redirect("volunteers:micro_project", row.pk)
    return shown_page(request, "volunteers/micro_spend.html", {"project": row}, form)
