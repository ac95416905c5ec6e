"""Pages of papers: the list, the form with its preview, one paper as it prints, and its steps."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError, NotNow, NotValid
from accounts.exports import attachment, note_export
from accounts.keyset import keyset_page
from accounts.models import User
from grid.access import requires
from grid.scope import scope_of
from incidents.models import Incident, Supervision
from reports.daily_document import WORD_TYPE
from reports.filters.papers import PaperFilter
from reports.forms.office import PaperForm, PickForm, StepForm, offices_for, put_errors
from reports.models import Paper, Report
from reports.papers import layout, prefill, writing
from reports.papers.sheet import sheet_of
from reports.papers.templates import TEMPLATE_FAILED
from reports.papers.wording import defaults, kind_name, number_text, words
from reports.papers.writing import LENGTHS
from reports.querysets import ANSWERED_KINDS
from reports.stages import STAGES, steps_of

READS: Final = ("report.view", "incident.handle")
"""Whoever sees reports; and the people of a unit that a notice was issued to."""
RELATED: Final = ("grid", "organization", "incident", "report", "written_by")
UNREAD: Final = (
    "grid__boundary",
    "report__snapshot",
    "incident__text",
    "incident__contact_name",
    "incident__contact_phone",
    "incident__point",
)
PAGE_SIZE: Final = 30
CASES_SHOWN: Final = 30
AT_ONCE: Final = 30


def _papers(request: HttpRequest) -> Any:
    return Paper.objects.visible_to(request.user).select_related(*RELATED).defer(*UNREAD)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": _person(request), "now": timezone.now()}


# --- list -------------------------------------------------------------------------------------------------------------


@requires(*READS)
@never_cache
@require_safe
def paper_list(request: HttpRequest) -> HttpResponse:
    """Papers of the offices that the reader sees, newest first; overdue answers are counted above."""
    today = timezone.localdate()
    chosen = PaperFilter(request.GET, queryset=_papers(request).defer(*UNREAD, "body", "reply"), request=request)
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    context = {
        "form": chosen.form,
        "page": page,
        "lines": [{"paper": paper, "number": number_text(paper), "late": is_late(paper)} for paper in page.rows],
        "overdue": Paper.objects.visible_to(request.user).overdue(today).count(),
        "kinds": [(kind, kind_name(kind)) for kind in Paper.Kind.values],
        "may_write": scope_of(request.user).can("report.write"),
        "pick": PickForm(),
    }
    return render(request, "reports/papers/list.html", context)


def is_late(paper: Paper) -> bool:
    """Whether the answer is overdue today."""
    waits = paper.kind in ANSWERED_KINDS and paper.status == Paper.Status.ISSUED
    return waits and paper.due_on is not None and paper.due_on < timezone.localdate()


@requires("report.write")
@never_cache
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Cases under supervision in the writer's grids, each one press from a notice; and any other case by its number."""
    user = request.user
    standing = (
        Supervision.objects.visible_to(user).running().filter(scope_of(user).q("report.write", "incident__grid_code"))
    )
    standing = standing.select_related("incident", "organization", "user").order_by("-pk")
    rows = list(standing.defer("incident__text", "incident__contact_name", "incident__contact_phone")[:CASES_SHOWN])
    pick = PickForm(request.GET if "incident" in request.GET else None)
    found = None
    if pick.is_valid():
        found = Incident.objects.visible_to(user).filter(number=pick.cleaned_data["incident"]).first()
        if found is None:
            pick.add_error("incident", _("There is no case with this number in your grids."))
    return render(request, "reports/papers/cases.html", {"rows": rows, "pick": pick, "found": found})


# --- writing ----------------------------------------------------------------------------------------------------------


@requires("report.write")
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new paper of one kind, filled in from a report or a case when the address names one."""
    kind = _kind(request)
    if request.method != "POST":
        form = PaperForm(user=request.user, kind=kind, is_new=True, initial=_initial(request, kind))
        return _form(request, form, kind)
    form = PaperForm(request.POST, user=request.user, kind=kind, is_new=True)
    if "preview" in request.POST:
        return _form(request, form, kind)
    if form.is_valid():
        given = form.given()
        try:
            paper = writing.create(kind, form.cleaned_data["grid"], **given, **_by(request))
        except NotValid as error:
            put_errors(form, error)
        else:
            messages.success(request, _("The draft is kept."))
            return redirect("reports:paper", paper.pk)
    return _form(request, form, kind, status=422)


def _kind(request: HttpRequest) -> str:
    kind = request.GET.get("kind", Paper.Kind.BULLETIN)
    if kind not in Paper.Kind.values:
        raise Http404
    return kind


def _initial(request: HttpRequest, kind: str) -> dict[str, Any]:
    """The office's usual words, and what the report or the case named in the address gives."""
    given: dict[str, Any] = {}
    number = request.GET.get("incident", "")[:20].replace("\x00", "")
    if number and kind in ANSWERED_KINDS:
        rows = Incident.objects.visible_to(request.user).select_related("category", "grid").defer("grid__boundary")
        given = prefill.from_case(kind, get_object_or_404(rows, number=number), now=timezone.now())
    elif (pk := request.GET.get("report", "")).isascii() and pk.isdigit() and len(pk) <= 18:
        given = prefill.from_report(get_object_or_404(Report.objects.visible_to(request.user), pk=pk))
    elif kind in ANSWERED_KINDS:
        given = {"body": words()["plain"][kind], "due_on": timezone.localdate() + prefill.ANSWER_WITHIN}
    office = _office(request, given)
    usual = defaults(kind, office) if office else {}
    if given.get("incident"):
        given["incident"] = given["incident"].number
    if given.get("report"):
        given["report"] = given["report"].pk
    return usual | given | {"grid": office.code if office else ""}


def _office(request: HttpRequest, given: dict[str, Any]) -> Any:
    """The office that writes: the one asked for, else the widest over the report or the case."""
    offices = [one for one in offices_for(request.user) if one.level >= one.Level.STREET] or list(
        offices_for(request.user)
    )
    subject = given.get("report") or given.get("incident")
    asked = request.GET.get("grid", "")
    fitting = [one for one in offices if subject is None or subject.grid_code.startswith(one.code)]
    exact = [one for one in fitting if one.code in (asked, getattr(given.get("report"), "grid_code", ""))]
    return next(iter([*exact, *fitting]), None)


@requires("report.write")
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; a conflict shows what stands there now beside what was typed."""
    paper = get_object_or_404(_papers(request), pk=pk)
    if not scope_of(request.user).can("report.write", paper.grid_code):
        raise Http404
    if request.method != "POST":
        if paper.status != Paper.Status.DRAFT:
            return redirect("reports:paper", paper.pk)
        form = PaperForm(user=request.user, kind=paper.kind, is_new=False, initial=_values(paper))
        return _form(request, form, paper.kind, paper=paper)
    form = PaperForm(request.POST, user=request.user, kind=paper.kind, is_new=False)
    if "preview" in request.POST or not form.is_valid():
        return _form(request, form, paper.kind, paper=paper, status=200 if "preview" in request.POST else 422)
    try:
        writing.edit(paper.pk, version=form.cleaned_data["version"], **form.given(), **_by(request))
    except NotValid as error:
        put_errors(form, error)
        return _form(request, form, paper.kind, paper=paper, status=422)
    except NotNow as error:
        form.data = {**request.POST.dict(), "version": str(paper.version)}
        return _form(request, form, paper.kind, paper=paper, status=409, said=str(error))
    messages.success(request, _("The draft is kept."))
    return redirect("reports:paper", paper.pk)


def _values(paper: Paper) -> dict[str, Any]:
    names = (*LENGTHS, "organization", "due_on", "version")
    return {name: getattr(paper, name) for name in names} | {
        "incident": paper.incident.number if paper.incident else ""
    }


def _form(
    request: HttpRequest, form: PaperForm, kind: str, *, paper: Paper | None = None, status: int = 200, said: str = ""
) -> HttpResponse:
    shown = _typed(form.data, kind, paper) if form.is_bound else _typed(form.initial, kind, paper)
    context = {
        "form": form,
        "kind": kind,
        "kind_name": kind_name(kind),
        "paper": paper,
        "sheet": sheet_of(shown),
        "said": said,
    }
    return render(request, "reports/papers/form.html", context, status=status)


def _typed(data: Any, kind: str, paper: Paper | None) -> Paper:
    """An unsaved paper with what stands in the form, for the preview; nothing is checked, everything is cut."""
    texts = {name: str(data.get(name) or "").replace("\x00", "")[:length] for name, length in LENGTHS.items()}
    return Paper(kind=kind, created_at=timezone.now(), number=paper.number if paper else None, **texts)


@requires("report.write")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The paper as it would print, from what is typed; kept nowhere."""
    sheet = sheet_of(_typed(request.POST, _kind(request), None))
    return render(request, "reports/papers/sheet.html", {"sheet": sheet})


# --- one paper --------------------------------------------------------------------------------------------------------


@requires(*READS)
@never_cache
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper as it prints, its record, and the steps that the reader may take."""
    return _show(request, get_object_or_404(_papers(request), pk=pk))


def _show(
    request: HttpRequest,
    paper: Paper,
    *,
    typed: StepForm | None = None,
    step: str = "",
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    sees_all = scope_of(request.user).can("report.view", paper.grid_code)
    steps = writing.steps_open(paper, request.user)
    first = paper.number is None and writing.may_choose_first(paper, now=timezone.now())
    forms = [(one, typed if typed and one.name == step else _step_form(paper, one.name, first)) for one in steps]
    incident = paper.incident
    seen = incident and Incident.objects.visible_to(request.user).filter(pk=incident.pk).exists()
    context = {
        "paper": paper,
        "kind_name": kind_name(paper.kind),
        "number": number_text(paper),
        "sheet": sheet_of(paper),
        "late": is_late(paper),
        "steps": forms,
        "record": _record(paper) if sees_all else [],
        "may_edit": paper.status == Paper.Status.DRAFT and scope_of(request.user).can("report.write", paper.grid_code),
        "sees_case": seen,
        "said": said,
    }
    return render(request, "reports/papers/paper.html", context, status=status)


def _record(paper: Paper) -> list[dict[str, Any]]:
    """Each step with its status in words; a change of the draft keeps the status."""
    labels = dict(Paper.Status.choices)
    return [
        {
            "at": one.at,
            "by": one.by,
            "text": one.text,
            "words": _("Edited") if one.before == one.after else labels.get(one.after, one.after),
        }
        for one in steps_of(paper)
    ]


def _step_form(paper: Paper, step: str, first: bool, data: Any = None) -> StepForm:
    initial = {"version": paper.version, "replied_on": timezone.localdate().isoformat()}
    return StepForm(data, step=step, may_choose_first=first, initial=initial, auto_id=f"{step}_%s")


@requires("report.write", "report.sign", "incident.handle")
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Issue, answer or withdraw; what was typed is shown again with every refusal."""
    found = get_object_or_404(_papers(request), pk=pk)
    if name not in {one.name for one in STAGES[Paper]}:
        raise Http404
    form = _step_form(found, name, first=True, data=request.POST)
    if not form.is_valid():
        return _show(request, found, typed=form, step=name, status=422)
    try:
        _take(request, found, name, form.cleaned_data)
    except (NotNow, NotValid) as error:
        fresh = get_object_or_404(_papers(request), pk=pk)
        if isinstance(error, NotValid):
            put_errors(form, error)
        return _show(request, fresh, typed=form, step=name, said=_said(error), status=error.status)
    return redirect("reports:paper", found.pk)


def _said(error: DomainError) -> str:
    """Every message, also of fields that stand in the text and not in the step's form."""
    return " ".join([str(error), *(line for lines in error.fields.values() for line in lines)])


def _take(request: HttpRequest, paper: Paper, name: str, given: dict[str, Any]) -> None:
    by = {**_by(request), "version": given["version"]}
    if name == "issue":
        issued = writing.issue(paper.pk, first=given.get("first"), **by)
        messages.success(request, _("Issued: %(number)s.") % {"number": number_text(issued)})
    elif name == "answer":
        writing.answer(paper.pk, text=given["text"], replied_on=given["replied_on"], **by)
        messages.success(request, _("The answer is kept."))
    else:
        writing.withdraw(paper.pk, reason=given["text"], **by)
        messages.success(request, _("Withdrawn."))


@requires(*READS)
@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as a Word document."""
    return word_answer(request, get_object_or_404(_papers(request), pk=pk))


def word_answer(request: HttpRequest, paper: Paper) -> HttpResponse:
    """The file, once it is recorded who takes it; that a template failed is said on the next page."""
    note_export(
        actor=_person(request),
        object_type="paper",
        object_id=paper.pk,
        fields="docx",
        now=timezone.now(),
        request=request,
        at_once=AT_ONCE,
    )
    content, failed = layout.made(paper)
    if failed:
        messages.warning(request, TEMPLATE_FAILED)
    return attachment(content, WORD_TYPE, f"{layout.file_stem(paper)}.docx")
