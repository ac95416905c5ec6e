"""Imports on pages: upload, the report of the dry run, apply. One set of pages per kind of file, for any app."""

from collections.abc import Callable, Mapping
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
from accounts.models import User
from accounts.numbers import strict_int
from grid.access import requires
from grid.forms import UploadForm
from grid.importing import kept, offered
from grid.importing.offered import ImportKind
from grid.importing.run import MAX_BYTES
from grid.models import ImportRun
from grid.sheets import XLSX

SHOWN: Final = 300
LAST: Final = 10

View = Callable[..., Any]


def import_urls(app: str, kinds: Mapping[str, ImportKind]) -> list[URLPattern]:
    """The addresses of every kind of file of `app`: import_<word>, import_<word>_apply, import_<word>_table."""
    return [address for word, kind in kinds.items() for address in _urls_of(app, word, kind)]


def _urls_of(app: str, word: str, kind: ImportKind) -> list[URLPattern]:
    may, page = requires(kind.capability), f"{app}:import_{word}"

    @may
    @never_cache
    @require_http_methods(["GET", "POST"])
    def upload(request: HttpRequest) -> HttpResponse:
        return _upload(request, page, kind)

    @may
    @require_POST
    def apply(request: HttpRequest) -> HttpResponse:
        return _apply(request, page, kind)

    @may
    @require_safe
    def table(request: HttpRequest) -> HttpResponse:
        return attachment(offered.template(kind, now=timezone.now()), XLSX, f"{kind.title}.xlsx")

    return [
        path(f"imports/{word}/", upload, name=f"import_{word}"),
        path(f"imports/{word}/apply/", apply, name=f"import_{word}_apply"),
        path(f"imports/{word}/table/", table, name=f"import_{word}_table"),
    ]


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # every page here asks that first
    return request.user


def _upload(request: HttpRequest, page: str, kind: ImportKind) -> HttpResponse:
    """GET: the form, or with ?run= the report of one's own run. POST: a dry run."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        run = form.attempt(lambda: _check(request, kind, form.cleaned_data["file"]))
        if run is not None:
            return redirect(_report_url(page, run))
    run = _run_of(request, kind, request.GET.get("run", ""))
    context = {
        "kind": kind,
        "form": form,
        "run": run,
        "findings": run.findings[:SHOWN] if run else [],
        "can_apply": run is not None and run.dry_run and run.errors == 0 and kept.is_kept(run),
        "last": offered.own_runs(request.user, kind)[:LAST],
        "urls": {
            "upload": reverse(page),
            "apply": reverse(f"{page}_apply"),
            "table": reverse(f"{page}_table"),
        },
    }
    return render(request, "grid/import.html", context, status=422 if form.is_bound else 200)


def _check(request: HttpRequest, kind: ImportKind, file: Any) -> ImportRun:
    if file.size > MAX_BYTES:
        message = _("The file is too large: at most 10 MB are allowed.")
        raise NotValid(message, {"file": [message]})
    return offered.check(kind, file_name=file.name, raw=file.read(), actor=_person(request), now=timezone.now())


def _run_of(request: HttpRequest, kind: ImportKind, given: str) -> ImportRun | None:
    if not given:
        return None
    rows = offered.own_runs(request.user, kind)
    found: ImportRun = get_object_or_404(rows, pk=strict_int(given, name="run"))
    return found


def _report_url(page: str, run: ImportRun) -> str:
    return f"{reverse(page)}?run={run.pk}"


def _apply(request: HttpRequest, page: str, kind: ImportKind) -> HttpResponse:
    """Do what the dry run promised."""
    run = _run_of(request, kind, request.POST.get("run", ""))
    if run is None:
        raise NotValid(_("Say which dry run."), {"run": [_("Say which dry run.")]})
    try:
        done = offered.apply(kind, run, actor=_person(request), now=timezone.now())
    except NotNow as error:
        messages.error(request, str(error))
        return redirect(_report_url(page, run))
    if done.applied_at:
        said = {"created": done.created, "changed": done.changed}
        messages.success(request, _("Imported: %(created)s created, %(changed)s changed.") % said)
    else:
        messages.error(request, _("Nothing was imported: see the report."))
    return redirect(_report_url(page, done))
