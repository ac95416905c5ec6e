"""派遣规则: the rules by priority, drafts, their test, releases and the way back."""

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError, NotValid
from accounts.keyset import keyset_page
from grid.access import requires
from grid.models import Grid, Organization
from grid.scope import scope_of
from incidents import rule_story, ruling
from incidents.forms.rules import ReleaseForm, RuleForm, TestForm
from incidents.models import DispatchRule, RuleRelease
from incidents.rule_figures import DAYS, NO_FIGURES, figures, overrides_of
from incidents.rule_lint import lint
from incidents.rule_querysets import way_to
from incidents.rule_releases import go_back, go_live, try_out
from incidents.rule_replay import MONTHS
from incidents.rulesets import read_rules
from incidents.views.finding import person

RIGHT: Final = "rules.edit"
PAGE_SIZE: Final = 100
MOST_GRIDS: Final = 1500


def place_of(request: HttpRequest) -> str:
    """The subtree whose rules are shown: the one asked for, if the reader changes rules there, else the widest."""
    held = scope_of(request.user).prefixes(RIGHT)
    asked = request.GET.get("place", "")
    return asked if asked in held else held[0]


def list_address(place: str) -> str:
    """The list of one subtree."""
    return reverse("incidents:rules") + (f"?{urlencode({'place': place})}" if place else "")


def frame(request: HttpRequest, place: str) -> dict[str, Any]:
    """What all pages of rules show: the subtree and the others to choose from."""
    held = scope_of(request.user).prefixes(RIGHT)
    names = rule_story.grid_names(held)
    return {
        "place": place,
        "place_title": names.get(place, _("Everywhere")),
        "places": [(code, names.get(code, code)) for code in held] if len(held) > 1 else [],
        "back": list_address(place),
        "now": timezone.now(),
    }


@requires(RIGHT)
@never_cache
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """Live rules and drafts by priority, with their figures and what the check says."""
    place, now = place_of(request), timezone.now()
    rules = read_rules(place)
    lines, whole, level_rule = rule_story.lines(rules, now=now)
    context = {
        **frame(request, place),
        "page": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page")),
        "drafts": len(rules.drafts),
        "findings": whole,
        "level_rule": level_rule,
        "days": DAYS,
        "release": RuleRelease.objects.visible_to(request.user).filter(grid_code=place).first(),
    }
    return render(request, "incidents/rules/list.html", context)


# --- one rule ---------------------------------------------------------------------------------------------------------


def find_rule(request: HttpRequest, pk: int) -> DispatchRule:
    """A rule that the reader may see; 404 otherwise."""
    rows = DispatchRule.objects.visible_to(request.user).select_related("category", "organization__grid", "replaces")
    found: DispatchRule = get_object_or_404(rows.defer("organization__grid__boundary"), pk=pk)
    return found


def place_of_rule(request: HttpRequest, rule: DispatchRule) -> str:
    """The reader's subtree in which the rule counts."""
    held = scope_of(request.user).prefixes(RIGHT)
    near = (code for code in held if rule.grid_code.startswith(code) or rule.grid_code in way_to(code))
    return next(near, held[0])


@requires(RIGHT)
@never_cache
@require_safe
def rule_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: what it says, how it does, why people decided otherwise, what is wrong with it."""
    rule, now = find_rule(request, pk), timezone.now()
    place = place_of_rule(request, rule)
    rules = read_rules(place)
    checked = rules.next if rule.is_draft else rules.live
    context = {
        **frame(request, place),
        "rule": rule,
        "goes_to": rule_story.goes_to(rule),
        "grid_name": rule_story.grid_names([rule.grid_code]).get(rule.grid_code, rule.grid_code),
        "figures": figures(place, [rule.pk], now=now).get(rule.pk, NO_FIGURES),
        "days": DAYS,
        "overrides": overrides_of(rule.pk, request.user),
        "findings": [finding for finding in lint(checked, place, now=now) if finding.rule == rule.pk],
        "draft": next((draft for draft in rules.drafts if draft.replaces_id == rule.pk), None),
        "may_change": scope_of(request.user).can(RIGHT, rule.grid_code),
    }
    return render(request, "incidents/rules/detail.html", context)


@requires(RIGHT)
@never_cache
@require_http_methods(["GET", "POST"])
def rule_new(request: HttpRequest) -> HttpResponse:
    """Write a new draft."""
    return _edit(request, place_of(request), None)


@requires(RIGHT)
@never_cache
@require_http_methods(["GET", "POST"])
def rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    rule = find_rule(request, pk)
    ruling.check_place(person(request), rule.grid_code)
    if not rule.is_draft or rule.retires:
        raise Http404
    return _edit(request, place_of_rule(request, rule), rule)


def _edit(request: HttpRequest, place: str, draft: DispatchRule | None) -> HttpResponse:
    form = RuleForm(request.POST or None, grids=_grids(place), units=_units(place), rule=draft)
    if form.is_valid():
        try:
            if draft is None:
                draft = ruling.write_draft(form.content(), actor=person(request))
            else:
                ruling.change_draft(draft.pk, form.content(), actor=person(request))
        except NotValid as error:
            _take_messages(form, error)
        else:
            messages.success(request, _("Draft kept. It decides nothing until it has been tested and goes live."))
            return redirect(list_address(place))
    context = {**frame(request, place), "form": form, "draft": draft}
    return render(request, "incidents/rules/edit.html", context, status=422 if form.is_bound else 200)


def _grids(place: str) -> list[Grid]:
    rows = Grid.objects.current(timezone.localdate()).filter(code__startswith=place, level__gte=Grid.Level.STREET)
    rows = rows if place else rows.filter(level__lte=Grid.Level.COMMUNITY)
    return list(rows.order_by("code").only("id", "code", "name", "level")[:MOST_GRIDS])


def _units(place: str) -> list[Organization]:
    rows = Organization.objects.active()
    near = rows.filter(grid__code__startswith=place) | rows.filter(grid__code__in=way_to(place))
    return list(
        near.order_by("kind", "name").only("id", "name", "kind", "is_active", "grid__code").select_related("grid")
    )


def _take_messages(form: Any, error: NotValid) -> None:
    for field, said in error.fields.items():
        for message in said:
            form.add_error(field if field in form.fields else None, message)


@requires(RIGHT)
@require_POST
def rule_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a draft that takes the place of a live rule, or ends it (`ends=1`)."""
    rule = find_rule(request, pk)
    ends = request.POST.get("ends") == "1"
    draft = ruling.draft_for(rule, actor=person(request), retires=ends)
    if ends:
        messages.success(request, _("Marked to end. It goes on deciding until the drafts go live."))
        return redirect("incidents:rule", rule.pk)
    return redirect("incidents:rule_edit", draft.pk)


@requires(RIGHT)
@require_POST
def rule_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    rule = find_rule(request, pk)
    place = place_of_rule(request, rule)
    ruling.discard_draft(rule.pk, actor=person(request))
    messages.success(request, _("Draft discarded."))
    return redirect(list_address(place))


# --- test and release -------------------------------------------------------------------------------------------------


@requires(RIGHT)
@never_cache
@require_safe
def rule_test(request: HttpRequest) -> HttpResponse:
    """The drafts together with the live rules: findings, and past cases asked again."""
    return _show_test(request, place_of(request), None)


def _show_test(request: HttpRequest, place: str, form: ReleaseForm | None) -> HttpResponse:
    chosen = TestForm(request.GET)
    months = (chosen.cleaned_data["months"] if chosen.is_valid() else None) or MONTHS
    test = try_out(read_rules(place), now=timezone.now(), months=months)
    context = {
        **frame(request, place),
        "test": test,
        "replay": test.replay,
        "findings": test.findings,
        "months_form": TestForm({"months": months}),
        "drafts": [(draft, rule_story.goes_to(draft)) for draft in test.rules.drafts],
        "form": form or ReleaseForm(initial={"tested": test.rules.digest}),
    }
    return render(request, "incidents/rules/test.html", context, status=422 if form else 200)


@requires(RIGHT)
@require_POST
def rule_go_live(request: HttpRequest) -> HttpResponse:
    """Put the tested drafts into use."""
    place, form = place_of(request), ReleaseForm(request.POST)
    if not form.is_valid():
        return _show_test(request, place, form)
    given = form.cleaned_data
    release = go_live(place, tested=given["tested"], note=given["note"], actor=person(request), now=timezone.now())
    messages.success(request, _("Release %(version)s is in use.") % {"version": release.version})
    return redirect("incidents:rule_release", release.version)


@requires(RIGHT)
@never_cache
@require_safe
def release_list(request: HttpRequest) -> HttpResponse:
    """What went live when and why, newest first."""
    rows = RuleRelease.objects.visible_to(request.user).select_related("by").defer("rules", "lint", "replay")
    page = keyset_page(rows.order_by("-id"), request.GET, size=50)
    context = {**frame(request, place_of(request)), "page": page}
    return render(request, "incidents/rules/releases.html", context)


def find_release(request: HttpRequest, version: int) -> RuleRelease:
    """A release that the reader may see; 404 otherwise."""
    rows = RuleRelease.objects.visible_to(request.user).select_related("by")
    found: RuleRelease = get_object_or_404(rows, version=version)
    return found


@requires(RIGHT)
@never_cache
@require_safe
def release_detail(request: HttpRequest, version: int) -> HttpResponse:
    """One release: its rules, and the test that stood behind it."""
    return _show_release(request, find_release(request, version), ReleaseForm())


def _show_release(request: HttpRequest, release: RuleRelease, form: ReleaseForm) -> HttpResponse:
    names = rule_story.grid_names(row["grid_code"] for row in release.rules)
    newest = RuleRelease.objects.filter(grid_code=release.grid_code).order_by("-version").first()
    rows = [{**row, "grid": names.get(row["grid_code"], row["grid_code"])} for row in release.rules]
    context = {
        **frame(request, release.grid_code),
        "release": release,
        "rows": sorted(rows, key=lambda row: row["priority"]),
        "replay": release.replay,
        "findings": release.lint,
        "is_newest": newest == release,
        "form": form,
    }
    return render(request, "incidents/rules/release.html", context, status=422 if form.is_bound else 200)


@requires(RIGHT)
@require_POST
def release_back(request: HttpRequest, version: int) -> HttpResponse:
    """Bring the rules of a release back."""
    release, form = find_release(request, version), ReleaseForm(request.POST)
    if not form.is_valid():
        return _show_release(request, release, form)
    try:
        made = go_back(release, note=form.cleaned_data["note"], actor=person(request), now=timezone.now())
    except DomainError as error:
        form.add_error(None, str(error))
        return _show_release(request, release, form)
    messages.success(request, _("The rules of release %(version)s are in use again.") % {"version": release.version})
    return redirect("incidents:rule_release", made.version)
