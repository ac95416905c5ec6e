"""Imports of field work: upload, the report of the dry run, apply. One set of pages per kind of file."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotNow, NotValid
from accounts.exports import attachment
from accounts.numbers import strict_int
from fieldwork import imports
from fieldwork.forms.households import UploadForm
from fieldwork.imports import KINDS, ImportKind
from grid.access import requires
from grid.importing import kept
from grid.importing.run import MAX_BYTES
from grid.models import ImportRun
from grid.sheets import XLSX
from incidents.views.finding import person

SHOWN: Final = 300
LAST: Final = 10

View = Callable[..., Any]


def import_urls() -> list[URLPattern]:
    """The addresses of every kind of file: import_<word>, import_<word>_apply, import_<word>_table."""
    return [address for word in KINDS for address in _urls_of(word, KINDS[word])]


def _urls_of(word: str, kind: ImportKind) -> list[URLPattern]:
    may = requires(kind.capability)

    @may
    @never_cache
    @require_http_methods(["GET", "POST"])
    def upload(request: HttpRequest) -> HttpResponse:
        return _upload(request, word, kind)

    @may
    @require_POST
    def apply(request: HttpRequest) -> HttpResponse:
        return _apply(request, word, kind)

    @may
    @require_safe
    def table(request: HttpRequest) -> HttpResponse:
        return attachment(imports.template(kind, now=timezone.now()), XLSX, f"{kind.title}.xlsx")

    return [
        path(f"imports/{word}/", upload, name=f"import_{word}"),
        path(f"imports/{word}/apply/", apply, name=f"import_{word}_apply"),
        path(f"imports/{word}/table/", table, name=f"import_{word}_table"),
    ]


def _upload(request: HttpRequest, word: str, kind: ImportKind) -> HttpResponse:
    """GET: the form, or with ?run= the report of one's own run. POST: a dry run."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        run = form.attempt(lambda: _check(request, kind, form.cleaned_data["file"]))
        if run is not None:
            return redirect(_report_url(word, run))
    run = _run_of(request, kind, request.GET.get("run", ""))
    context = {
        "kind": kind,
        "word": word,
        "form": form,
        "run": run,
        "findings": run.findings[:SHOWN] if run else [],
        "can_apply": run is not None and run.dry_run and run.errors == 0 and kept.is_kept(run),
        "last": imports.own_runs(request.user).filter(kind=kind.kind)[:LAST],
        "urls": {
            "upload": reverse(f"fieldwork:import_{word}"),
            "apply": reverse(f"fieldwork:import_{word}_apply"),
            "table": reverse(f"fieldwork:import_{word}_table"),
        },
    }
    return render(request, "fieldwork/import.html", context, status=422 if form.is_bound else 200)


def _check(request: HttpRequest, kind: ImportKind, file: Any) -> ImportRun:
    if file.size > MAX_BYTES:
        message = _("The file is too large: at most 10 MB are allowed.")
        raise NotValid(message, {"file": [message]})
    return imports.check(kind, file_name=file.name, raw=file.read(), actor=person(request), now=timezone.now())


def _run_of(request: HttpRequest, kind: ImportKind, given: str) -> ImportRun | None:
    if not given:
        return None
    rows = imports.own_runs(request.user).filter(kind=kind.kind)
    found: ImportRun = get_object_or_404(rows, pk=strict_int(given, name="run"))
    return found


def _report_url(word: str, run: ImportRun) -> str:
    return f"{reverse(f'fieldwork:import_{word}')}?run={run.pk}"


def _apply(request: HttpRequest, word: str, kind: ImportKind) -> HttpResponse:
    """Do what the dry run promised."""
    run = _run_of(request, kind, request.POST.get("run", ""))
    if run is None:
        raise NotValid(_("Say which dry run."), {"run": [_("Say which dry run.")]})
    try:
        done = imports.apply(run, actor=person(request), now=timezone.now())
    except NotNow as error:
        messages.error(request, str(error))
        return redirect(_report_url(word, run))
    if done.applied_at:
        said = {"created": done.created, "changed": done.changed}
        messages.success(request, _("Imported: %(created)s created, %(changed)s changed.") % said)
    else:
        messages.error(request, _("Nothing was imported: see the report."))
    return redirect(_report_url(word, done))
