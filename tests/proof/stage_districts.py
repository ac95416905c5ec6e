"""Makes a city of real districts in an empty database: `stage_districts.py DATA_FOLDER` prints an API key for it.

Runs as a program of its own, because the proofs work on databases that are not the test database.
"""

import sys
from datetime import date
from pathlib import Path

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (Django first)
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.api_keys import issue  # noqa: E402
from accounts.models import User  # noqa: E402
from grid.models import Grid, Organization  # noqa: E402
from incidents.models import DispatchRule  # noqa: E402

CITY = "4101"


def main(data: Path) -> str:
    """Codes, boundaries (given in GCJ-02), a unit per district, a rule per unit, a key for the city."""
    call_command("load_catalogue", verbosity=0, stdout=sys.stderr)
    Grid.objects.create(code=CITY, name="郑州市", level=Grid.Level.CITY, valid_from=date(2020, 1, 1))
    for name in ("districts", "streets"):
        call_command("import_divisions", data / f"divisions/zhengzhou_divisions_2023_{name}.csv", stdout=sys.stderr)
    call_command("import_boundaries", data / "map/zhengzhou_districts_gcj02.geojson", datum="gcj02", stdout=sys.stderr)
    for district in Grid.objects.filter(level=Grid.Level.DISTRICT):
        unit = Organization.objects.create(
            grid=district, code="centre", name=f"{district.name}处置中心", kind=Organization.Kind.DEPARTMENT
        )
        DispatchRule.objects.create(grid_code=district.code, target=DispatchRule.Target.ORGANIZATION, organization=unit)
    return make_key()


def make_key() -> str:
    """A key of a service account that reports for the whole city."""
    admin = get_user_model().objects.create_superuser("admin", real_name="系统管理员")
    account = User.objects.create_service(username="hotline", real_name="热线系统")
    capabilities = ["incident.report", "incident.view", "grid.view"]
    _key, token = issue(
        account=account, name="proof", capabilities=capabilities, grid_code=CITY, actor=admin, now=timezone.now()
    )
    return token


if __name__ == "__main__":
    sys.stdout.write(main(Path(sys.argv[1])) + "\n")
