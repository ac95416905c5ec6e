"""The office's own Word templates: what is refused and why, what is filled; a failing one never stops a paper."""

import io
import zipfile
from collections.abc import Callable
from datetime import date

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from grid.posts import PostKind
from reports.documents.blocks import Document, Heading, Paragraph, Signature, Title
from reports.documents.word import build_word
from reports.models import DocumentTemplate, Paper
from reports.papers import layout, templates, writing
from reports.papers.context import KINDS, sample
from reports.papers.guard import check_docx
from reports.papers.starting import starting
from reports.papers.strict import NotUnderstood
from reports.papers.templates import report_word
from tests import street
from tests.reports.conftest import at

NOW = at("09:00", date(2026, 11, 20))
RELATIONS = "word/_rels/document.xml.rels"


def saying(*lines: str) -> bytes:
    """A template of these lines."""
    return build_word(Document("t", [Paragraph(line) for line in lines], NOW))


def changed(member: str, change: Callable[[str], str], *, also: dict[str, bytes] | None = None) -> bytes:
    """The built-in bulletin with one member changed and others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(starting("bulletin"))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, change(text.decode()).encode() if name == member else text)
        for name, data in (also or {}).items():
            target.writestr(name, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def relation(kind: str, target: str, mode: str = "") -> Callable[[str], str]:
    more = f' TargetMode="{mode}"' if mode else ""
    node = f'<Relationship Id="rIdX" Type="http://x/relationships/{kind}" Target="{target}"{more}/></Relationships>'
    return lambda text: text.replace("</Relationships>", node)


def in_body(xml: str) -> Callable[[str], str]:
    return lambda text: text.replace("<w:body>", f"<w:body><w:p><w:r>{xml}</w:r></w:p>", 1)


MAIN = "word/document.xml"
BOMB = changed("", str, also={"word/media/a.png": b"\0" * 30_000_000})
ENTITY = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
DANGEROUS: dict[str, bytes] = {
    "nothing": b"",
    "no zip": b"%PDF-1.7",
    "a zip of something else": changed(MAIN, str)[:200],
    "an old .doc": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    "a workbook": changed("[Content_Types].xml", lambda text: text.replace("wordprocessingml", "spreadsheetml")),
    "macros": changed("[Content_Types].xml", lambda text: text.replace("</Types>", "<a t='macroEnabled'/></Types>")),
    "a macro file": changed("", str, also={"word/vbaProject.bin": b"x"}),
    "an embedded file": changed("", str, also={"word/embeddings/o.xml": b"<a/>"}),
    "a page from outside": changed(RELATIONS, relation("image", "http://evil/x.png", "External")),
    "a template from outside": changed(RELATIONS, relation("attachedTemplate", "x.dotm")),
    "html inside": changed(RELATIONS, relation("aFChunk", "x.xml")),
    "a fetching field": changed(MAIN, in_body("<w:instrText>DD</w:instrText><w:instrText>EAUTO c</w:instrText>")),
    "a field in short": changed(MAIN, in_body('<w:fldSimple w:instr="INCLUDETEXT c:/x"/>')),
    "an entity": changed(MAIN, lambda text: ENTITY + text.partition("?>")[2]),
    "a bomb": BOMB,
    "a broken part": changed(MAIN, lambda text: text[:-20]),
    "too large": b"PK\x03\x04" + b"\0" * (2 * 1024 * 1024 + 1),
    "many marks": saying("{{ title }}" * 600),
    "an open mark": saying("{{ title }", "{{ office }}"),
}


@pytest.mark.parametrize("name", DANGEROUS)
def test_a_dangerous_or_broken_file_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(NotValid) as refused:
        check_docx(DANGEROUS[name])
    assert refused.value.fields["file"][0]


NONSENSE = {
    "an unknown mark": "{{ secret }}",
    "an unknown part": "{% for line in lines %}{{ line.secret }}{% endfor %}",
    "a way out of the sandbox": "{{ title.__class__.__mro__ }}",
    "a call": "{{ title.upper() }}",
    "a filter": "{{ title|upper }}",
    "a global": "{{ range }}",
    "arithmetic": "{{ 10 ** 10 }}",
    "an assignment": "{% set a = title %}",
    "a macro": "{% macro a() %}{% endmacro %}",
    "a file": "{% include 'x' %}",
    "a loop over a word": "{% for a in title %}{% endfor %}",
    "a list in the text": "{{ lines }}",
    "loops that multiply": "{% for a in lines %}{% for b in lines %}x{% endfor %}{% endfor %}",
    "many loops": "{% for a in lines %}{% endfor %}" * 41,
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_template_that_says_more_than_marks_is_refused(name: str) -> None:
    with pytest.raises(NotUnderstood):
        templates.fill(saying(NONSENSE[name]), "bulletin", sample("bulletin"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_built_in_layout_of_every_kind_passes_and_fills_alike(kind: str) -> None:
    data = starting(kind)
    check_docx(data)
    filled = templates.fill(data, kind, sample(kind))
    assert filled == templates.fill(data, kind, sample(kind))
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(filled)).paragraphs)
    assert "示例" in text
    assert "{" not in text


def test_marks_are_filled_everywhere_and_words_stay_words() -> None:
    given = sample("bulletin") | {"title": "甲<乙>&“丙”{{ office }}", "lines": [], "body": "一段\a二段"}
    word = docx.Document(io.BytesIO(templates.fill(saying("{{ title }}", "{{ body }}"), "bulletin", given)))
    assert [one.text for one in word.paragraphs] == ["甲<乙>&“丙”{{ office }}", "一段", "二段"]


def test_a_template_saved_by_libreoffice_keeps_one_part_of_each_name() -> None:
    kind = "2006/relationships/metadata/core"
    named = changed("_rels/.rels", lambda text: text.replace(f"package/{kind}", f"officedocument/{kind}"))
    check_docx(named)
    with zipfile.ZipFile(io.BytesIO(templates.fill(named, "bulletin", sample("bulletin")))) as filled:
        assert len(set(filled.namelist())) == len(filled.namelist())


def test_a_table_of_a_report_gets_its_rows_and_columns() -> None:
    word = docx.Document(io.BytesIO(templates.fill(starting("daily"), "daily", sample("daily"))))
    assert [[cell.text for cell in row.cells] for row in word.tables[0].rows] == [
        ["项目", "本期", "上期"],
        ["上报", "120", "110"],
        ["办结", "100", "96"],
    ]


# --- in use -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(grids: dict[str, Grid]) -> Grid:
    return grids[street.STREET]


@pytest.fixture
def secretary(office: Grid) -> User:
    person = street.make_person("secretary")
    street.give_post(person, PostKind.STREET_SECRETARY, office)
    return person


def upload(grid: Grid, actor: User, data: bytes, kind: str = "bulletin") -> DocumentTemplate:
    return templates.upload(kind, grid, name="抬头.docx", data=data, actor=actor, now=NOW)


def first_line(paper: Paper) -> str:
    return str(docx.Document(io.BytesIO(layout.word(paper))).paragraphs[0].text)


def bulletin(grid: Grid, actor: User) -> Paper:
    return writing.create("bulletin", grid, title="本周简报", body="正文。", actor=actor, now=NOW)


def test_an_uploaded_template_replaces_the_layout_also_below_and_can_be_switched_off(
    office: Grid, grids: dict[str, Grid], secretary: User
) -> None:
    paper, below = bulletin(office, secretary), bulletin(grids[street.COMMUNITY], secretary)
    old = upload(office, secretary, saying("旧：{{ title }}"))
    new = upload(office, secretary, saying("新：{{ title }}"))
    assert first_line(paper) == first_line(below) == "新：本周简报"
    assert layout.word(paper) == layout.word(paper)
    with pytest.raises(NotNow):
        templates.switch(old.pk, on=True, actor=secretary)
    templates.switch(new.pk, on=False, actor=secretary)
    assert first_line(paper) == "建中街街道信息简报"
    templates.switch(old.pk, on=True, actor=secretary)
    assert first_line(paper) == "旧：本周简报"


def test_a_template_that_fails_is_a_warning_and_the_built_in_layout(
    client: Client, office: Grid, secretary: User, caplog: pytest.LogCaptureFixture
) -> None:
    paper, used = bulletin(office, secretary), upload(office, secretary, saying("{{ title }}"))
    DocumentTemplate.objects.filter(pk=used.pk).update(content=saying("{{ gone }}"))
    client.force_login(secretary)
    assert client.get(reverse("reports:paper_word", args=[paper.pk])).content[:2] == b"PK"
    assert "built-in layout used" in caplog.text
    page = client.get(reverse("reports:paper", args=[paper.pk])).content.decode()
    assert "模板填写失败" in page
    assert first_line(paper) == "建中街街道信息简报"


def test_a_report_comes_in_the_template_of_its_office(office: Grid, secretary: User) -> None:
    report = Document(
        "周报告", [Title("周报告\n（第47周）"), Heading(1, "总体"), Signature("运行中心", date(2026, 11, 20))], NOW
    )
    upload(office, secretary, saying("{{ title }}｜{{ period }}｜{{ body }}｜{{ office }}｜{{ date }}"), "weekly")
    content, failed = report_word("weekly", street.COMMUNITY, report)
    assert docx.Document(io.BytesIO(content)).paragraphs[0].text == "周报告｜第47周｜一、总体｜运行中心｜2026年11月20日"
    assert not failed
    assert report_word("monthly", street.COMMUNITY, report) == (build_word(report), False)


def test_only_who_signs_changes_the_look(office: Grid, roles: dict[str, User]) -> None:
    with pytest.raises(NotAllowed):
        upload(office, roles["operator"], saying("{{ title }}"))


def test_the_page_uploads_explains_a_refusal_and_gives_the_layout_to_begin_with(
    client: Client, office: Grid, secretary: User
) -> None:
    client.force_login(secretary)
    page = reverse("reports:templates")
    for data, status in ((saying("{{ nonsense }}"), 422), (starting("bulletin"), 302)):
        file = SimpleUploadedFile("抬头.docx", data)
        answer = client.post(page, {"kind": "bulletin", "grid": office.code, "file": file})
        assert answer.status_code == status
        assert ("nonsense" in answer.content.decode()) == (status == 422)
    kept = DocumentTemplate.objects.get()
    assert client.get(reverse("reports:template_file", args=[kept.pk])).content == starting("bulletin")
    assert client.get(reverse("reports:template_start") + "?kind=daily").content == starting("daily")
    client.post(reverse("reports:template_switch", args=[kept.pk]), {"on": "0"})
    assert not DocumentTemplate.objects.get().is_active


def test_a_finished_document_is_not_taken_for_a_template(office: Grid, secretary: User) -> None:
    with pytest.raises(NotValid) as refused:
        upload(office, secretary, saying("第65期", "本周总体平稳。"))
    assert "没有双花括号标记" in refused.value.fields["file"][0]
    assert not DocumentTemplate.objects.exists()
