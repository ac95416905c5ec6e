"""Field encryption, blind index, masks and number rules."""

import base64
from typing import Any

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from accounts import protect
from accounts.checks import check_field_key

OLD_KEY = base64.b64encode(bytes(32)).decode()
NEW_KEY = base64.b64encode(bytes(range(32))).decode()
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=200)


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.FIELD_KEY = NEW_KEY
    settings.FIELD_KEY_FALLBACKS = []


@pytest.fixture
def person() -> Any:
    with isolate_apps("django.contrib.contenttypes"):

        class Person(models.Model):  # noqa: DJ008
            phone = protect.EncryptedTextField(blank=True)
            email = protect.EncryptedTextField(null=True)

            class Meta:
                app_label = "accounts"

        yield Person


def stored(model: Any, name: str, value: Any) -> Any:
    return model._meta.get_field(name).get_db_prep_save(value, connection)


def loaded(model: Any, name: str, value: Any) -> Any:
    return model._meta.get_field(name).from_db_value(value, None, connection)


@given(TEXTS)
def test_what_is_sealed_opens_again(text: str) -> None:
    sealed = protect.encrypt(text, context="a.b.c")
    assert protect.decrypt(sealed, context="a.b.c") == text
    assert sealed.startswith("v1:")
    assert sealed.split(":")[2] == "aesgcm"


def test_the_same_text_is_stored_differently_each_time() -> None:
    assert protect.encrypt("13812345678", context="x") != protect.encrypt("13812345678", context="x")


def test_the_plain_text_is_not_in_the_stored_form() -> None:
    assert "13812345678" not in protect.encrypt("13812345678", context="x")


def test_every_changed_character_is_noticed() -> None:
    sealed = protect.encrypt("张三丰", context="x")
    for place in range(len(sealed)):
        other = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        try:
            assert protect.decrypt(other, context="x") == "张三丰"  # only unused bits of base64 changed
            assert place in (len(sealed) - 1, sealed.rindex(":") - 1)
        except protect.Undecryptable:
            pass


def test_a_value_moved_to_another_column_does_not_open(person: Any) -> None:
    with pytest.raises(protect.Undecryptable):
        loaded(person, "email", stored(person, "phone", "13812345678"))


@pytest.mark.parametrize("junk", ["13812345678", "v1:a:b", "v1:a:aesgcm:*:*", "v9:a:aesgcm:AA:AA", "v1::aesgcm::"])
def test_junk_in_the_column_is_named_undecryptable(junk: str) -> None:
    with pytest.raises(protect.Undecryptable):
        protect.decrypt(junk, context="x")


def test_the_field_stores_sealed_and_loads_plain(person: Any) -> None:
    sealed = stored(person, "phone", "13812345678")
    assert sealed.startswith("v1:")
    assert loaded(person, "phone", sealed) == "13812345678"


def test_text_that_looks_sealed_is_sealed_all_the_same(person: Any) -> None:
    text = protect.encrypt("x", context="accounts.person.phone")
    assert loaded(person, "phone", stored(person, "phone", text)) == text


@pytest.mark.parametrize("value", ["", None])
def test_nothing_stays_nothing(person: Any, value: Any) -> None:
    assert stored(person, "email", value) == value
    assert loaded(person, "email", value) == value


@pytest.mark.parametrize("lookup", ["phone", "phone__exact"])
def test_a_search_for_text_in_a_sealed_column_is_refused(person: Any, lookup: str) -> None:
    with pytest.raises(FieldError):
        person.objects.filter(**{lookup: "13812345678"})


@pytest.mark.parametrize("lookup", ["phone__startswith", "phone__in", "phone__regex", "phone__gt", "phone__lower"])
def test_guessing_lookups_do_not_exist(person: Any, lookup: str) -> None:
    with pytest.raises(FieldError):
        person.objects.filter(**{lookup: ["1"]})


def test_empty_and_null_can_be_asked_for(person: Any) -> None:
    assert "IS NULL" in str(person.objects.filter(email__isnull=True).query)
    assert "phone" in str(person.objects.exclude(phone="").query)


def test_an_older_key_still_opens_and_is_seen_as_due_for_rotation(settings: Any) -> None:
    settings.FIELD_KEY = OLD_KEY
    sealed = protect.encrypt("x", context="c")
    settings.FIELD_KEY, settings.FIELD_KEY_FALLBACKS = NEW_KEY, [OLD_KEY]
    assert protect.decrypt(sealed, context="c") == "x"
    assert not protect.sealed_by_current_key(sealed)
    assert protect.sealed_by_current_key(protect.encrypt("x", context="c"))


def test_a_key_that_is_gone_opens_nothing(settings: Any) -> None:
    sealed = protect.encrypt("x", context="c")
    settings.FIELD_KEY = OLD_KEY
    with pytest.raises(protect.Undecryptable):
        protect.decrypt(sealed, context="c")


def test_without_a_key_nothing_is_stored(settings: Any) -> None:
    settings.FIELD_KEY = ""
    with pytest.raises(ImproperlyConfigured):
        protect.encrypt("x", context="c")


def test_a_new_key_is_usable() -> None:
    assert len(protect.decode_key(protect.new_key())) == 32


def test_the_blind_index_finds_the_same_number_however_it_is_written() -> None:
    spellings = ["13812345678", "138 1234 5678", "138-1234-5678", "１３８１２３４５６７８"]
    assert len({protect.blind_index(text, purpose="phone") for text in spellings}) == 1


def test_the_blind_index_depends_on_purpose_and_key(settings: Any) -> None:
    phone = protect.blind_index("13812345678", purpose="phone")
    assert phone != protect.blind_index("13812345678", purpose="id")
    settings.FIELD_KEY = OLD_KEY
    assert phone != protect.blind_index("13812345678", purpose="phone")


def test_the_blind_index_has_the_asked_length_and_keeps_nothing_empty() -> None:
    assert len(protect.blind_index("x", purpose="p")) == 64
    assert len(protect.blind_index("x", purpose="p", bits=64)) == 16
    assert protect.blind_index(" - ", purpose="p") == ""


def test_a_search_covers_rows_indexed_under_an_older_key(settings: Any) -> None:
    settings.FIELD_KEY = OLD_KEY
    old = protect.blind_index("x", purpose="p")
    settings.FIELD_KEY, settings.FIELD_KEY_FALLBACKS = NEW_KEY, [OLD_KEY]
    assert protect.blind_indexes("x", purpose="p") == [protect.blind_index("x", purpose="p"), old]


@pytest.mark.parametrize(
    ("phone", "mask"),
    [("13812345678", "138****5678"), ("0371-68812345", "***********45"), ("110", "***"), ("", ""), ("12345", "***45")],
)
def test_a_phone_shows_its_ends_only(phone: str, mask: str) -> None:
    assert protect.mask_phone(phone) == mask


@pytest.mark.parametrize(
    ("name", "mask"), [("张三丰", "张**"), ("张三", "张*"), ("欧阳修", "欧阳*"), ("𠮷田", "𠮷*"), ("张", "*"), ("", "")]
)
def test_a_name_shows_its_surname_only(name: str, mask: str) -> None:
    assert protect.mask_name(name) == mask


@pytest.mark.parametrize(
    ("number", "mask"), [("110101194910017011", "110101********7011"), ("G12345678", "G******78"), ("A1", "**")]
)
def test_an_identity_number_shows_place_and_end(number: str, mask: str) -> None:
    assert protect.mask_id_number(number) == mask


@pytest.mark.parametrize(
    ("address", "mask"),
    [
        ("建中街12号院3号楼2单元501室", "建中街12号院3号楼***"),
        ("升龙广场A座1203", "升龙广场A座***"),
        ("人和路6号院", "人和路6号院"),
        ("人和路6号院 5-2-301", "人和路6号院***"),
        ("大学北路51号3-2-501", "大学北路51号***"),
        ("锦绣城小区12栋1001", "锦绣城小区12栋***"),
        ("501室", "***"),
        ("", ""),
    ],
)
def test_an_address_ends_at_the_building(address: str, mask: str) -> None:
    assert protect.mask_address(address) == mask


@given(TEXTS)
def test_no_mask_ever_gives_back_a_whole_phone_name_or_number(text: str) -> None:
    for mask in (protect.mask_phone, protect.mask_name, protect.mask_id_number):
        assert "*" in mask(text)


@pytest.mark.parametrize("phone", ["13812345678", "19900000000"])
def test_a_mobile_number_is_valid(phone: str) -> None:
    protect.validate_phone(phone)


@pytest.mark.parametrize(
    "phone", ["", "12812345678", "1381234567", "138123456789", "13812345678\n", "１３８１２３４５６７８"]
)
def test_other_text_is_no_mobile_number(phone: str) -> None:
    with pytest.raises(ValidationError):
        protect.validate_phone(phone)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_a_right_identity_number_is_valid(number: str) -> None:
    protect.validate_id_number(number)


@pytest.mark.parametrize(
    "number", ["110105194912310021", "11010519491331002X", "11010519490229002X", "11010519491231002x", "1" * 17, ""]
)
def test_a_wrong_identity_number_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        protect.validate_id_number(number)


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place: int, step: int) -> None:
    right = "11010519491231002X"
    digit = str((int(right[place]) + step) % 10)
    assert not protect.is_id_number(right[:place] + digit + right[place + 1 :])


@pytest.mark.parametrize("key", ["", "c2hvcnQ=", "not base64 !"])
def test_a_missing_or_short_key_stops_the_start_with_a_hint(settings: Any, key: str) -> None:
    settings.FIELD_KEY = key
    (error,) = check_field_key()
    assert error.id == "accounts.E001"
    assert error.hint


def test_a_bad_older_key_is_named(settings: Any) -> None:
    settings.FIELD_KEY_FALLBACKS = [OLD_KEY, "x"]
    (error,) = check_field_key()
    assert "FIELD_KEY_FALLBACKS[1]" in error.msg


def test_a_good_key_passes_the_check() -> None:
    assert check_field_key() == []
