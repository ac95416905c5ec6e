"""Tags that draw the small parts which every page shares: icons, menu entries, form fields."""

from typing import Any, Final

from django import forms, template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

register = template.Library()

_CLASS_BY_WIDGET: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.HiddenInput, ""),
)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A picture from static/icons.svg; decorative, so hidden from screen readers: a word stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        extra,
        static("icons.svg"),
        name,
    )


_STATE_LOOKS: Final = {
    "reported": ("info", "inbox"),
    "verifying": ("info", "walk"),
    "filed": ("info", "send"),
    "dispatched": ("primary", "clock"),
    "handling": ("primary", "tools"),
    "suspended": ("secondary", "clock-pause"),
    "deferred": ("secondary", "clock-pause"),
    "confirming": ("primary", "user-check"),
    "forwarding": ("primary", "route"),
    "handled": ("primary", "clipboard-check"),
    "checking": ("primary", "eye"),
    "checked": ("primary", "square-check"),
    "closed": ("success", "circle-check"),
    "self_handled": ("success", "check"),
    "reworking": ("warning", "rotate-clockwise"),
    "answered": ("success", "message"),
    "not_accepted": ("secondary", "circle-x"),
    "not_filed": ("secondary", "circle-x"),
    "cancelled": ("secondary", "ban"),
}
"""Tone and picture of each state of a case; a word always stands beside them."""


@register.simple_tag
def state_mark(state: str, label: str) -> SafeString:
    """The state of a case: picture, word, colour. An unknown state is a grey point."""
    tone, symbol = _STATE_LOOKS.get(state, ("secondary", "point"))
    return format_html('<span class="mark mark-{}">{}{}</span>', tone, icon(symbol), label)


@register.inclusion_tag("parts/nav_item.html", takes_context=True)
def nav_item(context: template.Context, url_name: str, label: str, symbol: str, **more: Any) -> dict[str, Any]:
    """One menu entry. Current when the page's URL name is `url_name` or one of `also` (space separated)."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    view_name = match.view_name if match else ""
    return {
        "href": reverse(url_name),
        "label": label,
        "symbol": symbol,
        "badge": more.get("badge"),
        "current": view_name == url_name or view_name in more.get("also", "").split(),
    }


@register.inclusion_tag("parts/tab_item.html", takes_context=True)
def tab_item(context: template.Context, url_name: str, label: str, symbol: str, **more: Any) -> dict[str, Any]:
    """One entry of the phone's bottom bar; the same rule for "current" as `nav_item`."""
    return nav_item(context, url_name, label, symbol, **more)


@register.simple_tag
def tiles() -> SafeString:
    """Attributes of a map box that name the tile server, if the setting TILE_URL gives one (closed networks: none)."""
    if not settings.TILE_URL:
        return SafeString("")
    return format_html('data-tiles="{}" data-tiles-by="{}"', settings.TILE_URL, settings.TILE_ATTRIBUTION)


@register.simple_tag
def url_or_none(url_name: str, *args: Any) -> str | None:
    """The address, or None where no such page exists (a part that is not installed)."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return None


def _widget_class(widget: forms.Widget) -> str:
    for kind, css in _CLASS_BY_WIDGET:
        if isinstance(widget, kind):
            return css
    return "form-control"


def _kind(widget: forms.Widget) -> str:
    """How the part lays the field out: a group of choices, one tick, or a labelled control."""
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "tick" if isinstance(widget, forms.CheckboxInput) else "control"


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, label: str = "", **attrs: Any) -> dict[str, Any]:
    """A form field with label, help and errors; keyword arguments become attributes (`_` as `-`)."""
    widget = bound.field.widget
    invalid = " is-invalid" if bound.errors else ""
    given = {name.replace("_", "-"): value for name, value in attrs.items()}
    css = f"{_widget_class(widget)} {widget.attrs.get('class', '')} {given.pop('class', '')}{invalid}"
    if _kind(widget) == "choices":
        widget.attrs["class"] = "form-check-input"
    return {
        "field": bound,
        "label": label or bound.label,
        "kind": _kind(widget),
        "control": bound.as_widget(attrs={**given, "class": " ".join(css.split())}),
    }


@register.simple_tag
def control(bound: BoundField, small: bool = False, **attrs: Any) -> SafeString:
    """A field's control alone, for filter bars and table cells, where the label stands elsewhere."""
    if isinstance(bound.field.widget, forms.SelectMultiple):
        return _fold_out(bound)
    css = _widget_class(bound.field.widget)
    given = {name.replace("_", "-"): value for name, value in attrs.items()}
    if small:
        css += f" {css}-sm"
    if "type" in given:  # as an attribute it would come second, and browsers take the first
        bound.field.widget.input_type = given.pop("type")  # type: ignore[attr-defined]
    return bound.as_widget(attrs={**given, "class": css})


def _fold_out(bound: BoundField) -> SafeString:
    """Several choices as ticks in a box that folds out: a list box of many lines does not fit a filter bar."""
    choices = list(bound.field.choices)  # type: ignore[attr-defined]
    chosen = {str(value) for value in bound.value() or ()}
    words = "、".join(str(label) for value, label in choices if str(value) in chosen)
    ticks = _ticks(bound.html_name, bound.auto_id, choices, chosen)
    summary = words or gettext("All")
    return format_html(
        '<details class="menu multi" data-menu><summary class="form-select">{}</summary>'
        '<div class="menu-body">{}</div></details>',
        summary,
        ticks,
    )


def _ticks(name: str, html_id: str, choices: list[Any], chosen: set[str]) -> SafeString:
    """Django's list of check boxes, written straight: a template for each of 120 choices cost half a page."""
    rows = (
        (
            f"{html_id}_{place}",
            name,
            value,
            f"{html_id}_{place}",
            mark_safe(" checked") if str(value) in chosen else "",
            label,
        )
        for place, (value, label) in enumerate(choices)
    )
    line = (
        '<div><label for="{}"><input type="checkbox" name="{}" value="{}" class="form-check-input" id="{}"{}>'
        " {}</label></div>"
    )
    return format_html('<div id="{}">{}</div>', html_id, format_html_join("", line, rows))


@register.simple_tag(takes_context=True)
def page_query(context: template.Context, **changes: Any) -> str:
    """The present query string with `changes` applied; a None removes the key. Always starts with "?"."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()
