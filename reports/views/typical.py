"""Pages of typical cases (优秀案例), and of a community as a model (范本)."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.converters import IncidentNumber
from accounts.errors import NotValid
from accounts.exports import attachment
from accounts.keyset import keyset_page
from accounts.numbers import strict_int
from accounts.rules import form_page
from grid.access import requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.models import Incident
from incidents.views.finding import person
from reports.daily_document import WORD_TYPE
from reports.forms.honours import CaseForm, NumberForm, StepForm
from reports.honours.reading import honours_of
from reports.models import Matter, Tour, TypicalCase, WorkMethod
from reports.periods import local_day
from reports.records import methods
from reports.stages import open_to, story
from reports.typical import document, figures, writing
from reports.views.asking import chosen_grid, offices, version_of

PAGE_SIZE: Final = 30
EDITABLE: Final = (TypicalCase.Status.DRAFT, TypicalCase.Status.DECLINED)


def find_case(request: HttpRequest, pk: int) -> TypicalCase:
    """The case if the reader may see it; 404 otherwise."""
    rows = TypicalCase.objects.visible_to(request.user).select_related("grid", "incident", "written_by")
    found: TypicalCase = get_object_or_404(rows.defer("grid__boundary", "incident__point"), pk=pk)
    return found


def _year(request: HttpRequest) -> int:
    today = local_day(timezone.now())
    given = request.GET.get("year", "")
    return strict_int(given, name="year", least=2000, most=today.year) if given else today.year


@requires("report.view")
@require_safe
def typical_list(request: HttpRequest) -> HttpResponse:
    """Typical cases of one year with the rate of adoption."""
    grid, year, now = chosen_grid(request, "report.view"), _year(request), timezone.now()
    rows = TypicalCase.objects.visible_to(request.user).filter(grid_code__startswith=grid.code, created_at__year=year)
    if request.GET.get("status") in TypicalCase.Status.values:
        rows = rows.filter(status=request.GET["status"])
    context = {
        "grid": grid,
        "grids": offices(request.user, "report.view"),
        "year": year,
        "years": range(local_day(now).year, local_day(now).year - 5, -1),
        "status": request.GET.get("status", ""),
        "statuses": TypicalCase.Status.choices,
        "adoption": figures.adoption(grid.code, year, now=now),
        "page": keyset_page(
            rows.select_related("grid", "incident").defer("grid__boundary"), request.GET, size=PAGE_SIZE
        ),
        "may_write": scope_of(request.user).can("report.write"),
    }
    return render(request, "reports/typical/list.html", context)


@form_page
@requires("report.write")
def typical_new(request: HttpRequest) -> HttpResponse:
    """Choose a finished case, by the list of the praised ones or by its number; or a title of one's own."""
    form = NumberForm(request.POST or None)
    now = timezone.now()
    if form.is_bound and form.is_valid() and (case := form.attempt(lambda: _begun(request, form))):
        return redirect("reports:typical_edit", pk=case.pk)
    context = {
        "form": form,
        "candidates": figures.candidates(request.user, now=now),
        "grid": chosen_grid(request, "report.write"),
    }
    return render(request, "reports/typical/new.html", context, status=422 if form.is_bound else 200)


def _begun(request: HttpRequest, form: NumberForm) -> TypicalCase:
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if form.cleaned_data["title"]:
        grid = chosen_grid(request, "report.write")
        return writing.begin_freely(grid, title=form.cleaned_data["title"], **given)
    number = IncidentNumber().to_python(form.cleaned_data["number"])
    incident: Incident | None = figures.to_write_up(request.user).filter(number=number).first()
    if incident is None:
        raise NotValid(_("Please correct the marked fields."), {"number": [_("No case of yours has this number.")]})
    return writing.begin(incident, **given)


@requires("report.view")
@require_safe
def typical(request: HttpRequest, pk: int) -> HttpResponse:
    """One case as it is read, what may be done next, what was done."""
    case = find_case(request, pk)
    scope = scope_of(request.user)
    incident = case.incident
    context = {
        "case": case,
        "stages": open_to(case, request.user),
        "steps": story(case),
        "may_edit": case.status in EDITABLE and scope.can("report.write", case.grid_code),
        "sees_incident": incident is not None and scope.can("incident.view", incident.grid_code),
    }
    return render(request, "reports/typical/detail.html", context)


@form_page
@requires("report.write")
def typical_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the texts of a draft."""
    case = find_case(request, pk)
    form = CaseForm(request.POST) if request.method == "POST" else CaseForm.of(case)
    version = version_of(request) or case.version

    def write() -> TypicalCase:
        return writing.edit(
            case, form.cleaned_data, actor=person(request), now=timezone.now(), version=version_of(request)
        )

    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Saved."))
        return redirect("reports:typical", pk=pk)
    context = {"case": case, "form": form, "version": version}
    return render(request, "reports/typical/edit.html", context, status=422 if form.is_bound else 200)


@requires("report.write", "report.sign")
@require_POST
def typical_step(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Submit upward, enter the answer, take back."""
    case, form = find_case(request, pk), StepForm(request.POST)
    if not form.is_valid():
        fields = {name: [str(message) for message in found] for name, found in form.errors.items()}
        raise NotValid(_("Please correct the marked fields."), fields)
    writing.step(
        case,
        request.POST.get("stage", ""),
        text=form.cleaned_data["text"],
        to=form.cleaned_data["to"],
        actor=person(request),
        now=timezone.now(),
        version=version_of(request),
    )
    messages.success(request, _("Done."))
    return redirect("reports:typical", pk=pk)


@requires("report.view")
@require_safe
def typical_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The case as a Word document; it names nobody."""
    case = find_case(request, pk)
    return attachment(document.word(case, now=timezone.now()), WORD_TYPE, document.file_name(case))


@requires("report.view")
@require_safe
def model_community(request: HttpRequest, code: str) -> HttpResponse:
    """A community as a model: its size, its numbers of this year, its methods, cases, honours, tours and matters."""
    rows = Grid.objects.filter(scope_of(request.user).q("report.view", "code")).defer("boundary")
    grid = get_object_or_404(rows, code=code)
    now = timezone.now()
    below = {"grid_code__startswith": grid.code}
    levels = list(Grid.objects.current(local_day(now)).under(grid.code).values_list("level", flat=True))
    cases = TypicalCase.objects.filter(**below).exclude(status=TypicalCase.Status.DRAFT)
    context = {
        "grid": grid,
        "grids_below": levels.count(Grid.Level.GRID),
        "micros_below": levels.count(Grid.Level.MICRO),
        "figures": methods.figures_of(grid.code, now=now),
        "cases": cases.select_related("grid").defer("grid__boundary")[:20],
        "honours": honours_of(code=grid.code)[:20],
        "methods": WorkMethod.objects.filter(grid_code=grid.code).prefetch_related("steps"),
        "tours": Tour.objects.filter(**below)[:10],
        "matters": Matter.objects.filter(**below)[:20],
    }
    return render(request, "reports/typical/model.html", context)
