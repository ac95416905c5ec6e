"""The tags and scripts that every page shares."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template, engines
from django.template.loader import get_template
from django.test import RequestFactory

from accounts.shell import is_phone
from accounts.templatetags import ui

TEMPLATES = sorted(
    p.relative_to(settings.BASE_DIR / "templates") for p in (settings.BASE_DIR / "templates").rglob("*.html")
)
SPRITE = (settings.BASE_DIR / "static/icons.svg").read_text()

INLINE = re.compile(
    r"<script(?![^>]*(?:src=|application/json|nonce=))[^>]*>"  # a script in the page
    r"|\son(?!ly=)[a-z]+=\"|javascript:|hx-on"  # a handler in an attribute (only= is a parameter of ours)
)


def source(name: Path) -> str:
    return (settings.BASE_DIR / "templates" / name).read_text()


class Report(forms.Form):
    title = forms.CharField(label="标题", help_text="一句话", max_length=20)
    urgency = forms.ChoiceField(label="紧急程度", choices=[("a", "一般"), ("b", "紧急")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="已核实", required=False)


def drawn(template: str, **context: object) -> str:
    return Template("{% load ui %}" + template).render(Context(context))


@pytest.mark.parametrize("name", TEMPLATES, ids=str)
class TestEveryTemplate:
    def test_it_compiles(self, name: Path) -> None:
        get_template(str(name))

    def test_its_icons_are_in_the_sprite(self, name: Path) -> None:
        used = set(re.findall(r'{% icon "([^"]+)"|symbol="([^"]+)"', source(name)))
        assert [i for pair in used for i in pair if i and f'id="{i}"' not in SPRITE] == []

    def test_it_has_no_inline_script_or_handler(self, name: Path) -> None:
        inline = INLINE.findall(source(name))
        assert inline == []


def test_a_field_shows_label_help_and_what_is_wrong() -> None:
    html = drawn("{% field form.title %}", form=Report({"title": "很长" * 20}))
    assert "标题" in html
    assert "一句话" in html
    assert "is-invalid" in html
    assert "invalid-feedback" in html


def test_a_field_keeps_what_was_typed() -> None:
    assert 'value="井盖破损"' in drawn("{% field form.title %}", form=Report({"title": "井盖破损"}))


def test_a_group_of_choices_is_a_fieldset() -> None:
    html = drawn("{% field form.urgency %}", form=Report())
    assert html.count('type="radio"') == 2
    assert "<legend" in html


def test_a_control_of_another_type_has_only_that_type() -> None:
    class Days(forms.Form):
        day = forms.DateField()

    html = drawn('{% control form.day type="date" %}', form=Days())
    assert html.count("type=") == 1
    assert 'type="date"' in html


def test_several_choices_fold_out_and_say_what_is_ticked() -> None:
    class Levels(forms.Form):
        level = forms.MultipleChoiceField(choices=[("4", "社区"), ("5", "网格"), ("6", "微网格")])

    html = drawn("{% control form.level %}", form=Levels({"level": ["4", "6"]}))
    assert ">社区、微网格<" in html
    assert html.count("checked") == 2


def test_text_of_people_is_escaped_in_a_field() -> None:
    assert "<b>" not in drawn("{% field form.title %}", form=Report({"title": '"><b>'}))


def test_page_query_changes_one_part_of_the_address() -> None:
    context = Context({"request": RequestFactory().get("/", {"state": "handling", "after": "9"})})
    assert ui.page_query(context, after=None) == "?state=handling"
    assert ui.page_query(context, after=5) == "?state=handling&after=5"


def test_an_unknown_address_is_none() -> None:
    assert ui.url_or_none("nowhere:at-all") is None


@pytest.mark.parametrize(
    ("headers", "phone"),
    [
        ({"User-Agent": "Mozilla/5.0 (iPhone) Mobile/15E148 MicroMessenger"}, True),
        ({"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120"}, False),
        ({"User-Agent": "Mobile", "Sec-CH-UA-Mobile": "?0"}, False),
    ],
)
def test_a_phone_is_told_by_its_browser(headers: dict[str, str], phone: bool) -> None:
    assert is_phone(RequestFactory().get("/", headers=headers)) is phone


def test_a_stat_links_to_its_list() -> None:
    part = engines["django"].from_string(
        '{% include "parts/stat.html" with label="超时" value=1234 url="/cases?overdue=1" %}'
    )
    html = part.render({})
    assert 'href="/cases?overdue=1"' in html
    assert "1,234" in html


def test_the_timeline_tells_who_did_what() -> None:
    event = SimpleNamespace(at=None, title="受理", actor="张敏", text="<i>现场</i>", tone="", symbol="", photos=[])
    html = engines["django"].from_string('{% include "parts/timeline.html" %}').render({"events": [event]})
    assert "张敏" in html
    assert "<i>" not in html


@pytest.mark.parametrize(("cookie", "phone"), [("1", True), ("0", False)])
def test_the_width_that_a_page_measured_counts_more_than_the_browsers_name(cookie: str, phone: bool) -> None:
    request = RequestFactory().get("/", headers={"user-agent": "Mobile" if not phone else "Desktop"})
    request.COOKIES["gg_narrow"] = cookie
    assert is_phone(request) is phone
