"""Addresses of volunteers, their teams and their own pages."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from grid.views.imports import import_urls
from volunteers.imports import KINDS
from volunteers.views import mine, people, teams

REGISTER: list[URLPattern | URLResolver] = [
    path("volunteers/register/", people.volunteer_list, name="volunteers"),
    path("volunteers/register/excel/", people.volunteer_excel, name="volunteer_excel"),
    path("volunteers/register/new/", people.volunteer_new, name="volunteer_new"),
    path("volunteers/register/search/", people.volunteer_search, name="volunteer_search"),
    path("volunteers/register/<ascii_int:pk>/", people.volunteer, name="volunteer"),
    path("volunteers/register/<ascii_int:pk>/edit/", people.volunteer_edit, name="volunteer_edit"),
    path("volunteers/register/<ascii_int:pk>/reveal/", people.volunteer_reveal, name="volunteer_reveal"),
    path("volunteers/register/<ascii_int:pk>/record/", people.record_new, name="record_new"),
    *(
        path(
            f"volunteers/register/<ascii_int:pk>/{name}/",
            people.volunteer_step,
            {"name": name},
            name=f"volunteer_{name}",
        )
        for name in people.STEPS
    ),
    *import_urls("volunteers", KINDS),
]

TEAMS: list[URLPattern | URLResolver] = [
    path("volunteers/teams/", teams.team_list, name="teams"),
    path("volunteers/teams/excel/", teams.team_excel, name="team_excel"),
    path("volunteers/teams/board/", teams.team_board, name="team_board"),
    path("volunteers/teams/new/", teams.team_new, name="team_new"),
    path("volunteers/teams/<ascii_int:pk>/", teams.team, name="team"),
    path("volunteers/teams/<ascii_int:pk>/excel/", teams.team_members_excel, name="team_members_excel"),
    path("volunteers/teams/<ascii_int:pk>/edit/", teams.team_edit, name="team_edit"),
    path("volunteers/teams/<ascii_int:pk>/end/", teams.team_end, name="team_end"),
    path("volunteers/teams/<ascii_int:pk>/add/", teams.team_add, name="team_add"),
    *(
        path(
            f"volunteers/memberships/<ascii_int:pk>/{name}/",
            teams.membership_step,
            {"name": name},
            name=f"membership_{name}",
        )
        for name in ("take", "refuse", "leave")
    ),
]

MINE: list[URLPattern | URLResolver] = [
    path("volunteers/me/", mine.me, name="me"),
    path("volunteers/me/join/", mine.join, name="join"),
    path("volunteers/me/details/", mine.my_details, name="my_details"),
    path("volunteers/me/record/", mine.my_record, name="my_record"),
    path("volunteers/me/teams/", mine.my_teams, name="my_teams"),
    path("volunteers/me/teams/<ascii_int:pk>/", mine.my_team, name="my_team"),
    *(
        path(
            f"volunteers/me/asked/<ascii_int:pk>/{name}/", mine.my_answer, {"name": name}, name=f"my_membership_{name}"
        )
        for name in ("take", "refuse")
    ),
    *(path(f"volunteers/me/{name}/", mine.my_step, {"name": name}, name=f"my_{name}") for name in mine.STEPS),
]

PEOPLE_URLS = [*REGISTER, *TEAMS, *MINE]
