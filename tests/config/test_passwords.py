"""The password policy as it is switched on."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize("password", ["Aa1-short", "onlysmallletters", "SMALLandLARGE", "password123", "12345678901"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize("password", ["Grid-2026-street", "中原-Grid-路12", "three classes 1A"])
def test_mixed_passwords_are_taken(password: str) -> None:
    validate_password(password)
