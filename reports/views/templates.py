"""Pages of the office's own Word templates: upload, switch, and the built-in layout to begin with."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotNow, NotValid
from accounts.exports import attachment
from accounts.models import User
from grid.access import requires
from grid.scope import scope_of
from reports.daily_document import WORD_TYPE
from reports.forms.office import TemplateForm, kind_choices, put_errors
from reports.models import DocumentTemplate, Paper
from reports.papers import templates
from reports.papers.context import KINDS, marks
from reports.papers.guard import MAX_BYTES
from reports.papers.starting import starting
from reports.papers.wording import kind_name

SHOWN: Final = 100


def _visible(request: HttpRequest) -> Any:
    rows = DocumentTemplate.objects.filter(scope_of(request.user).q(templates.CAPABILITY, "grid__code"))
    return rows.select_related("grid", "uploaded_by").defer("content", "grid__boundary")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@requires(templates.CAPABILITY)
@never_cache
@require_http_methods(["GET", "POST"])
def template_list(request: HttpRequest) -> HttpResponse:
    """The office's templates with a form for another one; a refused file says why, in its author's words."""
    form = TemplateForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            _upload(request, form)
        except NotValid as error:
            put_errors(form, error)
        else:
            messages.success(request, _("The template was tried out and is in use from now on."))
            return redirect("reports:templates")
    rows = list(_visible(request).order_by("kind", "-is_active", "-pk")[:SHOWN])
    context = {
        "form": form,
        "rows": [{"template": row, "kind_name": kind_name(row.kind)} for row in rows],
        "kinds": [(kind, name, marks(kind)) for kind, name in kind_choices()],
        "megabytes": MAX_BYTES // 1024**2,
    }
    return render(request, "reports/papers/templates.html", context, status=422 if form.errors else 200)


def _upload(request: HttpRequest, form: TemplateForm) -> None:
    file = form.cleaned_data["file"]
    templates.upload(
        form.cleaned_data["kind"],
        form.cleaned_data["grid"],
        name=file.name,
        data=file.read(MAX_BYTES + 1),
        actor=_person(request),
        now=timezone.now(),
    )


@requires(templates.CAPABILITY)
@require_POST
def template_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Use it, or go back to the built-in layout."""
    found = get_object_or_404(_visible(request), pk=pk)
    on = request.POST.get("on") == "1"
    try:
        templates.switch(found.pk, on=on, actor=_person(request))
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The template is in use.") if on else _("The built-in layout is in use again."))
    return redirect("reports:templates")


@requires(templates.CAPABILITY)
@require_safe
def template_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was uploaded."""
    found = get_object_or_404(_visible(request).defer(None).select_related(None), pk=pk)
    return attachment(
        bytes(found.content), WORD_TYPE, f"{kind_name(found.kind)}-{found.name.removesuffix('.docx')}.docx"
    )


@requires(templates.CAPABILITY)
@require_safe
def template_start(request: HttpRequest) -> HttpResponse:
    """The built-in layout with its marks, to be changed in Word and uploaded again."""
    kind = request.GET.get("kind", Paper.Kind.BULLETIN)
    if kind not in KINDS:
        raise Http404
    return attachment(starting(kind), WORD_TYPE, f"{kind_name(kind)}模板.docx")
