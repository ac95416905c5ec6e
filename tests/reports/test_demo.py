"""The demo street is for trying things out."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import User


@pytest.mark.django_db
def test_a_platform_in_service_takes_no_made_up_accounts(settings: Settings) -> None:
    settings.BEHIND_TLS = True
    for more in ([], ["--if-empty"]):
        with pytest.raises(CommandError, match="in service"):
            call_command("demo", "--password", "Grid-Test-2026", *more)
    assert not User.objects.exists()
