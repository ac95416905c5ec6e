"""我的认领: the wishes that somebody has claimed, and what she does about them on her phone."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import NotValid
from accounts.keyset import keyset_page
from accounts.numbers import strict_int
from accounts.rules import form_page, signed_in
from incidents.views.finding import person
from volunteers import claims, files, receipts
from volunteers.claims import AT_WORK
from volunteers.forms.board import ContactedForm, DeliveredForm, GiveUpForm, ReceiptForm
from volunteers.models import WishClaim
from volunteers.stages import story

PAGE_SIZE: Final = 30


def _own(request: HttpRequest) -> Any:
    rows = WishClaim.objects.filter(user=request.user.pk)
    return rows.select_related("wish__kind", "wish__grid", "team", "unit__organization").defer(
        *(f"wish__{name}" for name in ("name", "phone", "door", "remark")), "wish__grid__boundary"
    )


@signed_in
@never_cache
@require_safe
def my_claims(request: HttpRequest) -> HttpResponse:
    """What she has to do first, then what she did."""
    open_ones = _own(request).filter(status__in=AT_WORK).order_by("contact_by", "pk")
    page = keyset_page(_own(request).exclude(status__in=AT_WORK), request.GET, size=PAGE_SIZE)
    context = {"open": list(open_ones[:100]), "page": page, "now": timezone.now()}
    return render(request, "volunteers/my_claims.html", context)


@form_page
@signed_in
@never_cache
def my_claim(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One claim of her own: whom to contact, contacted, delivered, receipts, give up."""
    row = get_object_or_404(_own(request).select_related("wish__round"), pk=pk)
    forms: dict[str, Any] = {
        "contacted": ContactedForm(),
        "delivered": DeliveredForm(),
        "give_up": GiveUpForm(),
        "receipt": ReceiptForm(),
    }
    if request.method == "POST":
        answer = _take(request, row, forms)
        if answer is not None:
            return answer
    return _page(request, row, forms)


def _page(request: HttpRequest, row: WishClaim, forms: dict[str, Any], contact: Any = None) -> HttpResponse:
    bad = any(form.is_bound for form in forms.values())
    kept = list(row.files.all())
    context = {
        "claim": row,
        "wish": row.wish,
        "contact": contact,
        "may_see_contact": claims.may_see_contact(row, request.user),
        "is_open": row.status in AT_WORK,
        "takes_receipts": row.status in receipts.WITH_RECEIPTS,
        "receipts": [(one, _shown(one)) for one in row.receipts.prefetch_related("files")],
        "photos": files.shown_photos(kept),
        "steps": story(row),
        "version": row.version,
        "now": timezone.now(),
        **{f"{name}_form": form for name, form in forms.items()},
    }
    return render(request, "volunteers/my_claim.html", context, status=422 if bad else 200)


def _shown(receipt: Any) -> dict[str, Any]:
    kept = list(receipt.files.all())
    return {"photos": files.shown_photos(kept), "documents": files.shown_documents(kept)}


def _take(request: HttpRequest, row: WishClaim, forms: dict[str, Any]) -> HttpResponseBase | None:
    """The step of the button that was pressed; None when its form is shown again."""
    step = request.POST.get("step", "")
    if step == "contact":
        found = claims.contact(row, actor=person(request), now=timezone.now(), request=request)
        return _page(request, row, forms, contact=found)
    steps = {"contacted": _contacted, "delivered": _delivered, "give_up": _give_up, "receipt": _receipt}
    if step not in steps:
        raise NotValid(_("There is no such step."), {"step": [_("Choose one of the steps shown.")]})
    form = forms[step] = type(forms[step])(request.POST, request.FILES)
    if not (form.is_valid() and form.attempt(lambda: steps[step](request, row, form))):
        return None
    messages.success(request, _("Saved."))
    if step == "give_up":
        return redirect("volunteers:my_claims")
    return redirect("volunteers:my_claim", pk=row.pk)


def _given(request: HttpRequest) -> dict[str, Any]:
    version = request.POST.get("version", "")
    shown = strict_int(version, name="version") if version else None
    return {"actor": person(request), "now": timezone.now(), "version": shown}


def _contacted(request: HttpRequest, row: WishClaim, form: Any) -> Any:
    return claims.contacted(row, text=form.cleaned_data["text"], **_given(request))


def _delivered(request: HttpRequest, row: WishClaim, form: Any) -> Any:
    return claims.delivered(row, text=form.cleaned_data["text"], uploads=form.cleaned_data["photos"], **_given(request))


def _give_up(request: HttpRequest, row: WishClaim, form: Any) -> Any:
    return claims.give_up(row, text=form.cleaned_data["text"], **_given(request))


def _receipt(request: HttpRequest, row: WishClaim, form: Any) -> Any:
    return receipts.add_receipt(
        row, form.new(), actor=person(request), now=timezone.now(), uploads=form.cleaned_data["files"]
    )
