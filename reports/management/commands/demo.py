"""Load the demo street into an empty database."""

import secrets
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from accounts.api_keys import issue
from accounts.models import ApiKey, User
from fieldwork.demo.care import build_care
from fieldwork.demo.households import build_households
from fieldwork.demo.inspections import build_inspections
from fieldwork.demo.notes import build_notes
from fieldwork.demo.orders import build_orders
from fieldwork.demo.patrols import build_patrols
from fieldwork.demo.training import build_training
from fieldwork.demo.visits import build_visits
from fieldwork.dictionaries import load_dictionaries as load_field_dictionaries
from grid.demo.divisions import JIANZHONG, STREETS
from grid.demo.organizations import build_organizations
from grid.demo.people import LOGINS_TEXT, build_people, renew_passwords
from grid.demo.places import build_places
from grid.demo.statistics import take_statistics
from grid.demo.tree import build_tree
from grid.models import Grid
from incidents.catalogue import load_catalogue
from incidents.deadlines import run_clocks
from incidents.demo.actions import build_actions
from incidents.demo.applications import build_applications
from incidents.demo.callbacks import build_call_backs
from incidents.demo.clusters import build_clusters
from incidents.demo.disputes import build_disputes
from incidents.demo.gridtasks import build_grid_tasks
from incidents.demo.history import build_history
from incidents.demo.openwork import build_open_work
from incidents.demo.rules import build_drafts, build_rules
from incidents.demo.supervision import build_supervision
from incidents.demo.whistles import build_whistles
from incidents.dispatch import dispatch_due
from partybuilding.demo.activities import build_activities
from partybuilding.demo.councils import build_councils
from partybuilding.demo.duty import build_duty
from partybuilding.demo.lists import build_lists
from partybuilding.demo.members import build_members
from partybuilding.demo.organizations import build_organizations as build_party_organizations
from partybuilding.demo.units import build_units
from partybuilding.dictionaries import load_dictionaries as load_party_dictionaries
from reports.demo.assessment import build_assessments
from reports.demo.burden import build_burden
from reports.demo.honours import build_honours
from reports.demo.meetings import build_meetings
from reports.demo.papers import build_papers
from reports.demo.records import build_records
from reports.writing import write
from volunteers.demo.micro import build_micro
from volunteers.demo.people import build_volunteers
from volunteers.demo.points import build_points
from volunteers.demo.services import build_services
from volunteers.demo.wishes import build_wishes
from volunteers.dictionaries import load_dictionaries as load_volunteer_dictionaries

REPORT_DAYS = 14
KEY_CAPABILITIES = ["grid.view", "incident.view", "incident.report", "report.view"]


# In the order in which one stands on what the others made.
BUILDERS: Final[Sequence[Callable[[datetime], object]]] = (
    build_applications,
    build_disputes,
    build_call_backs,
    build_whistles,
    build_supervision,
    build_actions,
    build_grid_tasks,
    build_households,
    build_care,
    build_visits,
    build_patrols,
    build_notes,
    build_inspections,
    build_training,
    build_orders,
    build_party_organizations,
    build_units,
    build_members,
    build_lists,
    build_duty,
    build_councils,
    build_activities,
    build_volunteers,
    build_services,
    build_wishes,
    build_micro,
    build_points,  # after the services: their hours are what is booked
    build_clusters,
)


class Command(BaseCommand):
    """`demo --if-empty [--password X]`: the street, its people, three months of history, today's work."""

    help = "Load the demo street (made-up people, derived boundaries) into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are grids already")
        parser.add_argument("--password", default="", help="password of the demo accounts; made at random if not given")
        parser.add_argument("--days", type=int, default=92, help="days of history")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load everything or nothing, then print the logins and the API key once."""
        if settings.BEHIND_TLS:
            raise CommandError("This is a platform in service (BEHIND_TLS): made-up accounts have no place in it.")
        if Grid.objects.exists() or User.objects.exists():
            if options["if_empty"]:
                renew_passwords(options["password"])
                return
            raise CommandError("The database is not empty. The demo loads into an empty one only.")
        password = options["password"] or secrets.token_urlsafe(9)
        _wait_patiently()
        with transaction.atomic():
            key = self._load(password, options["days"])
        take_statistics()
        self._write_reports()
        build_meetings(timezone.now())
        build_papers(timezone.now())
        build_assessments(timezone.now())
        build_honours(timezone.now())
        build_records(timezone.now())
        build_burden(timezone.now())
        self._print_logins(password, key)

    def _load(self, password: str, days: int) -> str:
        now = timezone.now()
        for load in (load_catalogue, load_field_dictionaries, load_party_dictionaries, load_volunteer_dictionaries):
            load()
        grids = build_tree()
        organizations = build_organizations(grids)
        buildings = build_places(grids, organizations)
        people = build_people(grids, organizations, buildings, password=password)
        build_rules(organizations)
        build_drafts()
        take_statistics()
        ended = build_history(timezone.localdate(now), days=days)
        take_statistics()
        opened = build_open_work(now)
        run_clocks(now=now)
        for build in BUILDERS:
            build(now)
        dispatch_due(now=now)
        self.stdout.write(f"{len(grids)} grids, {people} people, {ended} ended and {opened} open incidents (made up)")
        return _demo_key()

    def _write_reports(self) -> None:
        """The daily reports of the last days, as beat would have written them."""
        now = timezone.now()
        streets = Grid.objects.filter(code__in=[s.code for s in STREETS if s.whole])
        for days in range(REPORT_DAYS, 0, -1):
            for grid in streets:
                write("daily", grid, timezone.localdate(now) - timedelta(days=days), now=now)

    def _print_logins(self, password: str, key: str) -> None:
        self.stdout.write("Demo accounts, all with the password " + password)
        self.stdout.write(LOGINS_TEXT.rstrip())
        self.stdout.write(f"API key, shown only now: {key}")


def _wait_patiently() -> None:
    """One long transaction on a slow machine is no hanging request: the limits made for those do not count here."""
    with connection.cursor() as cursor:
        for limit in ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout"):
            cursor.execute(f"SET {limit} = 0")


def _demo_key() -> str:
    """One API key for the street, of a service account."""
    account = User.objects.create_service(username="demo-system", real_name="演示对接系统")
    User.objects.filter(pk=account.pk).update(is_demo=True)
    admin = User.objects.get(username="admin")
    _key, secret = issue(
        account=account,
        name="demo",
        capabilities=KEY_CAPABILITIES,
        grid_code=JIANZHONG,
        actor=admin,
        now=timezone.now(),
    )
    assert isinstance(_key, ApiKey)
    return secret
