"""The public page of a certificate's QR code: no login, so many calls a minute, nothing but what is on the paper."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.protect import mask_name
from accounts.rules import public
from accounts.throttles import demand_rate
from volunteers.certificates import verified
from volunteers.forms.services import CodeForm


@public
@never_cache
@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """Type the code when it cannot be scanned."""
    form = CodeForm(request.GET or None)
    if form.is_bound and form.is_valid():
        code = "".join(form.cleaned_data["code"].split()).replace("/", "")
        return redirect("volunteers:verify", code=code.lower() or "-")
    return render(request, "volunteers/verify.html", {"form": form}, status=422 if form.is_bound else 200)


@public
@never_cache
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the certificate of this code is valid: number, masked name, days, hours, issuing body, status.

    404 with the same page for a code that is unknown, and for a certificate that never was valid.
    """
    demand_rate(request, "verify")
    row = verified(code)
    context = {"row": row, "name": mask_name(row.volunteer.name) if row else "", "form": CodeForm()}
    answer = render(request, "volunteers/verify.html", context | {"asked": True}, status=200 if row else 404)
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
