"""台账: the days of one person, assembled from what was done."""

from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.exports import attachment, note_export
from fieldwork import logbook
from fieldwork.forms.policies import LogBookForm
from grid.access import requires
from grid.models import Post
from grid.sheets import XLSX
from incidents.views.finding import person

AT_ONCE: Final = 30


def _chosen(request: HttpRequest) -> tuple[Any, tuple[date, date], LogBookForm]:
    """Whose book and which month: the reader's own and this month when nothing is said; 404 for a stranger's."""
    today = timezone.localdate()
    given = {"month": request.GET.get("month") or f"{today:%Y-%m}", "person": request.GET.get("person", "")}
    form = LogBookForm(given)
    if not form.is_valid():
        raise Http404
    owner: Any = person(request)
    if asked := form.cleaned_data["person"]:
        owner = get_object_or_404(logbook.people_of(request.user, today), username=asked)
    return owner, form.cleaned_data["month"], form


def _rows(request: HttpRequest, owner: Any, days: tuple[date, date]) -> list[logbook.Row]:
    return logbook.rows(logbook.Whose(*days, person=owner.pk, reader=request.user))


@requires("field.view", "field.write", "field.plan")
@never_cache
@require_safe
def log_book(request: HttpRequest) -> HttpResponse:
    """A month of one person, newest day first."""
    owner, days, form = _chosen(request)
    rows = _rows(request, owner, days)
    context = {
        "owner": owner,
        "is_own": owner.pk == request.user.pk,
        "first": days[0],
        "last": days[1],
        "form": form,
        "days": logbook.by_day(rows),
        "counts": logbook.counts(rows),
        "posts": Post.objects.on(timezone.localdate()).held_by(owner).select_related("grid").defer("grid__boundary"),
    }
    return render(request, "fieldwork/logbook.html", context)


@requires("field.view", "field.write", "field.plan")
@require_safe
def log_book_excel(request: HttpRequest) -> HttpResponse:
    """The same as a workbook; who takes it is recorded."""
    owner, days, _form = _chosen(request)
    now = timezone.now()
    note_export(
        actor=person(request),
        object_type="logbook",
        object_id=owner.pk,
        fields="xlsx",
        now=now,
        request=request,
        at_once=AT_ONCE,
    )
    name = f"{owner.real_name or owner.username}{_('Log book')}{days[0]:%Y-%m}"
    content = logbook.excel(_rows(request, owner, days), title=name, as_of=now)
    return attachment(content, XLSX, f"{name}.xlsx")
