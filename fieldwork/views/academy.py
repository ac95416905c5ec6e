"""Pages of the academy's libraries (courses, materials, teachers) and of what people can do."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters
from accounts.numbers import strict_int
from accounts.rules import form_page
from fieldwork import competences, courses, training
from fieldwork.filters.training import CourseFilter
from fieldwork.forms.training import CourseForm, MaterialForm
from fieldwork.models import Competence, Course, Material, Teacher
from fieldwork.views.training import offices
from grid.access import requires
from grid.models import Grid
from incidents.views.finding import person
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import table_workbook

PAGE_SIZE: Final = 30


@requires("grid.view")
@require_safe
def course_list(request: HttpRequest) -> HttpResponse:
    """Courses by form (课程库), and the teachers (师资库)."""
    rows = Course.objects.prefetch_related("competences").annotate(
        held=Count("sessions", filter=Q(sessions__status="held"), distinct=True),
        pages=Count("materials", distinct=True),
    )
    may_edit = courses.may_write(request.user)
    chosen = CourseFilter(request.GET.copy(), queryset=rows if may_edit else rows.filter(is_active=True))
    demand_filters(chosen)
    teachers = Teacher.objects.filter(is_active=True).annotate(
        held=Count("sessions", filter=Q(sessions__status="held"), distinct=True)
    )
    context = {
        "filter": chosen,
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "teachers": teachers,
        "may_edit": may_edit,
    }
    return render(request, "fieldwork/courses.html", context)


@requires("grid.view")
@require_safe
def course_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One course: content, materials (教材库), its sessions in reach."""
    return _course_page(request, get_object_or_404(Course, pk=pk), MaterialForm())


def _course_page(request: HttpRequest, course: Course, form: MaterialForm) -> HttpResponse:
    context = {
        "course": course,
        "competences": list(course.competences.all()),
        "materials": list(course.materials.all()),
        "sessions": list(training.sessions_for(request.user).filter(course=course)[:10]),
        "may_edit": courses.may_write(request.user),
    }
    return shown_page(request, "fieldwork/course.html", context, form)


@form_page
@requires("training.edit")
def course_new(request: HttpRequest) -> HttpResponse:
    """A new course."""
    return _course_form(request, None, None)


@form_page
@requires("training.edit")
def course_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a course."""
    course = get_object_or_404(Course, pk=pk)
    start = {name: getattr(course, name) for name in courses.COLUMNS} | {"competences": course.competences.all()}
    return _course_form(request, course, start)


def _course_form(request: HttpRequest, course: Course | None, start: dict[str, Any] | None) -> HttpResponse:
    form = CourseForm(request.POST or None, initial=start)

    def write() -> Course:
        return courses.write(course, form.cleaned_data, actor=person(request))

    if form.is_bound and form.is_valid() and (written := form.attempt(write)):
        messages.success(request, _("Saved."))
        return redirect("fieldwork:course", pk=written.pk)
    return shown_page(request, "fieldwork/course_edit.html", {"course": course}, form)


@require_POST
@requires("training.edit")
def material_add(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One more material of a course."""
    course, form = get_object_or_404(Course, pk=pk), MaterialForm(request.POST)
    if form.is_valid() and form.attempt(
        lambda: courses.add_material(course, **form.cleaned_data, actor=person(request))
    ):
        messages.success(request, _("Saved."))
        return redirect("fieldwork:course", pk=pk)
    return _course_page(request, course, form)


@require_POST
@requires("training.edit")
def material_remove(request: HttpRequest, pk: int, material: int) -> HttpResponseBase:
    """Take a material out."""
    courses.remove_material(get_object_or_404(Material, pk=material, course=pk), actor=person(request))
    messages.success(request, _("Saved."))
    return redirect("fieldwork:course", pk=pk)


# --- records ----------------------------------------------------------------------------------------------------------


@requires("grid.view")
@require_safe
def my_record(request: HttpRequest) -> HttpResponse:
    """What the reader has learnt: sessions, hours, competences."""
    user = person(request)
    context = {
        "earned": competences.earned_by([user.pk])[user.pk],
        "page": keyset_page(competences.attended(user), request.GET, size=PAGE_SIZE),
        "hours": competences.hours_of(user),
    }
    return render(request, "fieldwork/training_mine.html", context)


@requires("training.edit")
@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """The people of the reader's grids with what they have passed; who lacks what."""
    people, code = _people(request)
    lacks = _lacked(request)
    shown = competences.lacking(people, lacks.pk) if lacks else people
    page = keyset_page(shown, request.GET, size=50)
    earned = competences.earned_by([one.pk for one in page.rows])
    context = {
        "page": page,
        "lines": [(one, earned[one.pk]) for one in page.rows],
        "coverage": competences.coverage(people),
        "total": people.count(),
        "grids": offices(request).filter(level__lte=Grid.Level.COMMUNITY),
        "code": code,
        "lacks": lacks,
    }
    return render(request, "fieldwork/training_records.html", context)


def _lacked(request: HttpRequest) -> Competence | None:
    """The competence (?lacks=) of which only those are shown who have not passed it."""
    given = request.GET.get("lacks", "")
    return get_object_or_404(Competence, pk=strict_int(given, name="lacks")) if given else None


def _people(request: HttpRequest) -> tuple[Any, str]:
    """The people asked for; NotValid for what is no grid of the reader's."""
    code = request.GET.get("grid", "")
    if code and not offices(request).filter(code=code[:24].replace("\x00", "")).exists():
        raise NotValid(_("A filter is not valid."), {"grid": [_("There is no such grid.")]})
    return competences.people_of(request.user, now=timezone.now(), code=code), code


@requires("training.edit")
@require_safe
def records_excel(request: HttpRequest) -> HttpResponse:
    """The same as an Excel file; the taking is recorded."""
    people, code = _people(request)
    rows = list(people.order_by("real_name", "pk")[: competences.MOST_EXPORTED])
    earned, wanted = competences.earned_by([one.pk for one in rows]), competences.in_use()
    header = [_("Person"), _("Sessions attended"), _("Sessions passed"), *(one.name for one in wanted)]
    cells = (
        [one.real_name, one.was_there, one.passed, *(each.last_on or "" for each in earned[one.pk])] for one in rows
    )
    title = _("Records of competence")
    export = {"object_type": "training_record", "object_id": code, "fields": "names"}
    return table_workbook(request, header, cells, title=title, name=title, **export)
