"""Files of party work: known by content, kept once, seen by whoever sees what they belong to."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts.errors import NotAllowed, NotValid
from incidents import documents
from incidents.documents import DOCX, XLSX, clean_name, read_upload
from incidents.documents import PDF as PDF_TYPE
from incidents.forms.files import FilesField
from incidents.photostore import remove_orphans
from partybuilding.files import attach, detach, files_visible_to
from partybuilding.models import PartyFile
from tests.partybuilding import unit_world
from tests.partybuilding.unit_world import NOW, PDF, UnitWorld, word_file

WORD = word_file()


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path) -> UnitWorld:
    settings.MEDIA_ROOT = tmp_path
    return unit_world.build()


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, "PNG")
    return out.getvalue()


def packed(**parts: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_documents_are_known_by_their_content():
    excel = packed(**{"[Content_Types].xml": b"<Types/>", "xl__workbook.xml": b"<workbook/>"})
    kinds = [
        read_upload(data, name).content_type for data, name in ((PDF, "a.pdf"), (WORD, "b.DOCX"), (excel, "c.xlsx"))
    ]
    assert kinds == [PDF_TYPE, DOCX, XLSX]
    photo = read_upload(picture(), "院里.png")
    assert (photo.name, photo.photo is not None) == ("院里.jpg", True)


BAD = {
    "empty": (b"", "a.pdf"),
    "html": (b"<html><script>alert(1)</script>", "a.pdf"),
    "pdf under the name of a picture": (PDF, "a.jpg"),
    "picture under the name of a pdf": (b"\xff\xd8\xff\xe0", "a.pdf"),
    "cut off": (PDF[:-8], "a.pdf"),
    "pdf with a program": (PDF.replace(b"/Type", b"/JavaScript (app.alert(1)) /Type"), "a.pdf"),
    "pdf with a program, spelled otherwise": (PDF.replace(b"/Type", b"/J#61vaScript 5 0 R /Type"), "a.pdf"),
    "pdf with a file": (PDF.replace(b"/Type", b"/EmbeddedFiles 5 0 R /Type"), "a.pdf"),
    "word with macros": (word_file(word__vbaProject="x"), "a.docx"),
    "word with a packed program": (word_file(word__embeddings__oleObject1="x"), "a.docx"),
    "entities": (word_file(**{"word__styles.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "a.docx"),
    "bomb": (word_file(word__media="0" * 60_000_000), "a.docx"),
    "any archive": (packed(a=b"x"), "a.docx"),
    "half an archive": (WORD[:-30], "a.docx"),
    "program": (b"MZ\x90\x00", "a.exe"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_allowed_is_refused_in_words(name):
    with pytest.raises(NotValid) as refusal:
        read_upload(*BAD[name])
    assert refusal.value.fields["files"]


def test_a_file_above_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(documents, "MAX_BYTES", len(PDF) - 1)
    with pytest.raises(NotValid):
        read_upload(PDF, "a.pdf")


def test_words_inside_the_content_of_a_pdf_are_no_programs():
    page = PDF.replace(b"endobj", b"stream\n/JavaScript\nendstream\nendobj")
    assert read_upload(page, "a.pdf").content_type == PDF_TYPE


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\方案\\疏通.pdf", "疏通.pdf"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ('a<b>"|?.pdf', "ab.pdf"),
        ("方" * 300 + ".pdf", "方" * 110 + ".pdf"),
    ],
)
def test_names_lose_what_could_deceive(given, kept):
    assert clean_name(given) == kept


def test_attached_twice_is_one_file_and_its_content_is_on_the_disk(world, settings):
    project, upload = world.project(), read_upload(PDF, "预定方案.pdf")
    (kept,) = attach([upload], owner=project, actor=world.people["gridleader"], now=NOW)
    assert attach([upload], owner=project, actor=world.people["gridleader"], now=NOW) == []
    assert (Path(settings.MEDIA_ROOT) / kept.file).read_bytes() == PDF
    assert PartyFile.objects.count() == 1


def test_too_many_files_are_refused(world):
    uploads = [read_upload(PDF, "a.pdf")] * 10
    with pytest.raises(NotValid):
        attach(uploads, owner=world.project(), actor=world.hand, now=NOW)


def test_the_sweep_spares_what_has_a_row(world, settings):
    project = world.project()
    attach([read_upload(PDF, "a.pdf")], owner=project, actor=world.hand, now=NOW)
    (word,) = attach([read_upload(WORD, "b.docx")], owner=project, actor=world.hand, now=NOW)
    detach(word, actor=world.people["community"], now=NOW)
    assert remove_orphans(now=timezone.now() + timedelta(hours=25)) == 1
    assert len(list(Path(settings.MEDIA_ROOT).glob("documents/*/*"))) == 1


def test_a_file_is_seen_where_its_owner_is(world):
    attach([read_upload(PDF, "a.pdf")], owner=world.project(), actor=world.hand, now=NOW)
    seen = {name: files_visible_to(user).count() for name, user in {**world.people, "hand": world.hand}.items()}
    assert seen["hand"] == seen["community"] == seen["partyofficer"] == 1
    assert seen["department"] == seen["operator"] == 0


def test_a_document_leaves_as_an_attachment_that_no_browser_runs(world, client):
    (kept,) = attach([read_upload(PDF, "方案.pdf")], owner=world.project(), actor=world.hand, now=NOW)
    client.force_login(world.hand)
    answer = client.get(reverse("partybuilding:file", args=[kept.public_id]))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"]) == (
        "nosniff",
        "sandbox; default-src 'none'",
    )


def test_only_who_edits_its_owner_takes_a_file_away(world, client: Client):
    (kept,) = attach([read_upload(PDF, "a.pdf")], owner=world.project(), actor=world.hand, now=NOW)
    with pytest.raises(NotAllowed):
        detach(kept, actor=world.hand, now=NOW)
    client.force_login(world.people["partyofficer"])
    client.post(reverse("partybuilding:file_remove", args=[kept.public_id]))
    assert not PartyFile.objects.exists()


def test_the_field_says_which_file_is_wrong(db: Any):
    def sent() -> list[SimpleUploadedFile]:
        return [SimpleUploadedFile("好.pdf", PDF), SimpleUploadedFile("坏.pdf", b"x")]

    with pytest.raises(ValidationError, match=r"坏\.pdf"):
        FilesField().clean(sent())
    assert [upload.name for upload in FilesField().clean(sent()[:1])] == ["好.pdf"]
    with pytest.raises(ValidationError) as refusal:
        FilesField(photos_only=True).clean(sent()[:1])
    assert refusal.value.code == "photo"
