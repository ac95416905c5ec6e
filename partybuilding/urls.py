"""Pages of `partybuilding`."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from grid.views.imports import import_urls
from partybuilding.activity_urls import ACTIVITIES
from partybuilding.council_urls import COUNCILS
from partybuilding.duty_urls import DUTY, ORDERS
from partybuilding.imports import KINDS
from partybuilding.member_urls import MEMBER_URLS
from partybuilding.views import (
    agreements,
    alliances,
    coverage,
    files,
    lists,
    needs,
    organization_work,
    organizations,
    overview,
    profiles,
    projects,
    resources,
    stars,
    units,
)

app_name = "partybuilding"

urlpatterns: list[URLPattern | URLResolver] = [
    # overview, organizations, profiles, responsibility
    path("party/", overview.overview, name="overview"),
    path("party/organizations/", organizations.organization_list, name="organizations"),
    path("party/organizations/excel/", organizations.organizations_excel, name="organizations_excel"),
    path("party/organizations/new/", organization_work.organization_new, name="organization_new"),
    path("party/organizations/<ascii_int:pk>/", organizations.organization, name="organization"),
    path("party/organizations/<ascii_int:pk>/edit/", organization_work.organization_edit, name="organization_edit"),
    path("party/organizations/<ascii_int:pk>/move/", organization_work.organization_move, name="organization_move"),
    path("party/organizations/<ascii_int:pk>/end/", organization_work.organization_end, name="organization_end"),
    path("party/organizations/<ascii_int:pk>/posts/", organization_work.post_new, name="post_new"),
    path("party/posts/<ascii_int:pk>/end/", organization_work.post_end, name="post_end"),
    path("party/organizations/<ascii_int:pk>/stars/", organization_work.award_new, name="award_new"),
    path("party/awards/", profiles.award_list, name="awards"),
    path("party/awards/<ascii_int:pk>/won/", organization_work.award_decide, {"result": "won"}, name="award_won"),
    path("party/awards/<ascii_int:pk>/lost/", organization_work.award_decide, {"result": "lost"}, name="award_lost"),
    path("party/coverage/", coverage.coverage, name="coverage"),
    path("party/coverage/excel/", coverage.coverage_excel, name="coverage_excel"),
    path("party/responsibility/", coverage.responsibility, name="responsibility"),
    path("party/responsibility/excel/", coverage.responsibility_excel, name="responsibility_excel"),
    path("party/profiles/", profiles.profile_list, name="profiles"),
    path("party/profiles/new/", profiles.profile_new, name="profile_new"),
    path("party/profiles/<ascii_int:pk>/", profiles.profile, name="profile"),
    path("party/profiles/<ascii_int:pk>/edit/", profiles.profile_edit, name="profile_edit"),
    path("party/labels/", profiles.label_list, name="labels"),
    *import_urls(app_name, KINDS),
    # members, household links, reports to communities
    *MEMBER_URLS,
    # duty posts, calls of members
    *DUTY,
    # partner units, agreements, alliances, stars
    path("party/units/", units.unit_list, name="units"),
    path("party/units/excel/", units.unit_excel, name="units_excel"),
    path("party/units/new/", units.unit_new, name="unit_new"),
    path("party/units/<ascii_int:pk>/", units.unit_detail, name="unit"),
    path("party/units/<ascii_int:pk>/edit/", units.unit_edit, name="unit_edit"),
    path("party/units/<ascii_int:pk>/leave/", units.unit_leave, name="unit_leave"),
    path("party/units/<ascii_int:pk>/back/", units.unit_back, name="unit_back"),
    path("party/units/<ascii_int:pk>/contact/", units.unit_contact, name="unit_contact"),
    path("party/units/<ascii_int:unit>/agreements/new/", agreements.agreement_new, name="agreement_new"),
    path("party/agreements/", agreements.agreement_list, name="agreements"),
    path("party/agreements/<ascii_int:pk>/", agreements.agreement_detail, name="agreement"),
    path("party/agreements/<ascii_int:pk>/edit/", agreements.agreement_edit, name="agreement_edit"),
    path("party/agreements/<ascii_int:pk>/end/", agreements.agreement_end, name="agreement_end"),
    path("party/committees/", alliances.committees, name="committees"),
    path("party/seats/new/", alliances.seat_new, name="seat_new"),
    path("party/seats/<ascii_int:pk>/edit/", alliances.seat_edit, name="seat_edit"),
    path("party/seats/<ascii_int:pk>/end/", alliances.seat_end, name="seat_end"),
    path("party/alliances/", alliances.alliance_list, name="alliances"),
    path("party/alliances/new/", alliances.alliance_new, name="alliance_new"),
    path("party/alliances/<ascii_int:pk>/", alliances.alliance_detail, name="alliance"),
    path("party/alliances/<ascii_int:pk>/edit/", alliances.alliance_edit, name="alliance_edit"),
    path("party/alliances/<ascii_int:pk>/add/", alliances.alliance_add, name="alliance_add"),
    path("party/alliances/<ascii_int:pk>/drop/<ascii_int:member>/", alliances.alliance_drop, name="alliance_drop"),
    path("party/alliances/<ascii_int:pk>/dissolve/", alliances.alliance_dissolve, name="alliance_dissolve"),
    path("party/stars/", stars.star_board, name="stars"),
    path("party/stars/excel/", stars.star_excel, name="stars_excel"),
    path("party/stars/partners/", stars.star_partners, name="star_partners"),
    path("party/stars/new/", stars.claim_new, name="star_claim_new"),
    path("party/stars/<ascii_int:pk>/", stars.claim_detail, name="star_claim"),
    path("party/stars/<ascii_int:pk>/deliver/", stars.claim_deliver, name="star_deliver"),
    path("party/stars/<ascii_int:pk>/<slug:name>/", stars.claim_step, name="star_claim_step"),
    # needs, resources, projects, matching
    path("party/lists/", lists.three_lists, name="lists"),
    path("party/lists/board/", lists.board, name="board"),
    path("party/lists/calls/", lists.call_list, name="list_calls"),
    path("party/lists/calls/new/", lists.call_new, name="list_call_new"),
    path("party/lists/calls/<ascii_int:pk>/", lists.list_call, name="list_call"),
    path("party/needs/", needs.need_list, name="needs"),
    path("party/needs/new/", needs.need_new, name="need_new"),
    path("party/needs/excel/", needs.need_excel, name="need_excel"),
    path("party/needs/<ascii_int:pk>/", needs.need, name="need"),
    path("party/needs/<ascii_int:pk>/project/", projects.project_for, name="project_for"),
    path("party/needs/<ascii_int:pk>/<slug:name>/", needs.need_step, name="need_step"),
    path("party/resources/", resources.resource_list, name="resources"),
    path("party/resources/new/", resources.resource_new, name="resource_new"),
    path("party/resources/excel/", resources.resource_excel, name="resource_excel"),
    path("party/resources/<ascii_int:pk>/", resources.resource, name="resource"),
    path("party/resources/<ascii_int:pk>/edit/", resources.resource_edit, name="resource_edit"),
    path("party/resources/<ascii_int:pk>/<slug:name>/", resources.resource_step, name="resource_step"),
    path("party/projects/", projects.project_list, name="projects"),
    path("party/projects/new/", projects.project_new, name="project_new"),
    path("party/projects/excel/", projects.project_excel, name="project_excel"),
    path("party/projects/<ascii_int:pk>/", projects.project, name="project"),
    path("party/projects/<ascii_int:pk>/best/", projects.project_best, name="project_best"),
    path("party/projects/<ascii_int:pk>/files/", projects.project_files, name="project_files"),
    path("party/projects/<ascii_int:pk>/people/", projects.project_people, name="project_people"),
    path("party/projects/<ascii_int:pk>/steps/", projects.project_add_step, name="project_add_step"),
    path("party/projects/<ascii_int:pk>/steps/<ascii_int:step>/", projects.project_tick, name="project_tick"),
    path("party/projects/<ascii_int:pk>/<slug:name>/", projects.project_step, name="project_step"),
    # service orders
    *ORDERS,
    # councils, opinions
    *COUNCILS,
    # activities
    *ACTIVITIES,
    # files
    path("party/files/<uuid:public_id>/", files.file, name="file"),
    path("party/files/<uuid:public_id>/remove/", files.remove, name="file_remove"),
]
