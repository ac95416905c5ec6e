"""Pages of the figures of other systems: the list with its rates, a form, a file with its dry run."""

import base64
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.keyset import keyset_page
from accounts.rules import form_page
from grid.access import requires
from grid.scope import scope_of
from incidents.views.finding import person
from reports.forms.records import FigureForm, FileForm
from reports.models import OutsideFigure
from reports.records import outside, outside_file
from reports.views.asking import offices

PAGE_SIZE: Final = 100
SALT: Final = "reports.outside.file"
KEPT_SECONDS: Final = 3600


@form_page
@requires("report.view")
def outside_list(request: HttpRequest) -> HttpResponse:
    """Figures in reach with the rates that they give in pairs; writers add one here."""
    rows = OutsideFigure.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    page = keyset_page(rows, request.GET, size=PAGE_SIZE)
    may_write = scope_of(request.user).can("report.write")
    form = FigureForm(request.POST or None, grids=offices(request.user, "report.write"))
    if form.is_bound and form.is_valid() and form.attempt(lambda: _kept(request, form)):
        messages.success(request, _("Saved."))
        return redirect("reports:outside")
    context = {"page": page, "rates": list(outside.rates(page.rows)), "form": form, "may_write": may_write}
    return render(request, "reports/records/outside.html", context, status=422 if form.is_bound else 200)


def _kept(request: HttpRequest, form: FigureForm) -> Any:
    return outside.keep(form.given(), grid=form.cleaned_data["grid"], actor=person(request), now=timezone.now())


@form_page
@requires("report.write")
def outside_import(request: HttpRequest) -> HttpResponse:
    """A table of figures: checked first, then taken in as it was checked."""
    sealed = request.POST.get("sealed", "")
    form = FileForm(request.POST or None, request.FILES or None, is_sealed=bool(sealed))
    outcome = form.attempt(lambda: _taken(request, sealed, form)) if form.is_bound and form.is_valid() else None
    if outcome is not None and sealed and outcome.is_good:
        values = {"created": outcome.counts["created"], "changed": outcome.counts["changed"]}
        messages.success(request, _("Taken in: %(created)s new, %(changed)s changed.") % values)
        return redirect("reports:outside")
    context = {"form": form, "outcome": outcome, "columns": outside_file.COLUMNS.values()}
    if outcome is not None and outcome.is_good:
        context["sealed"] = _seal(request)
    bad = form.is_bound and bool(form.errors)
    return render(request, "reports/records/outside_import.html", context, status=422 if bad else 200)


def _taken(request: HttpRequest, sealed: str, form: FileForm) -> outside_file.Outcome:
    name, raw = _open(sealed) if sealed else (form.cleaned_data["file"].name, form.cleaned_data["file"].read())
    return outside_file.take_in(raw, name, dry_run=not sealed, actor=person(request), now=timezone.now())


def _seal(request: HttpRequest) -> str:
    """The very file that was checked, signed, so that it need not be chosen twice."""
    file: Any = request.FILES["file"]
    file.seek(0)
    return signing.dumps([file.name[-80:], base64.b64encode(file.read()).decode()], salt=SALT, compress=True)


def _open(sealed: str) -> tuple[str, bytes]:
    try:
        name, text = signing.loads(sealed, salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature as error:
        raise NotNow(_("The file is not kept any more: upload it again.")) from error
    return name, base64.b64decode(text)
