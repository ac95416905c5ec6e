"""Addresses of members, linked households and reports to communities."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from partybuilding.views import links, members
from partybuilding.views import report_ins as reports

MEMBER_URLS: list[URLPattern | URLResolver] = [
    path("party/members/", members.member_list, name="members"),
    path("party/members/excel/", members.member_excel, name="member_excel"),
    path("party/members/new/", members.member_new, name="member_new"),
    path("party/members/search/", members.member_search, name="member_search"),
    path("party/members/management/", members.management, name="member_management"),
    path("party/members/cleanup/", members.cleanup, name="member_cleanup"),
    path("party/members/<ascii_int:pk>/", members.member, name="member"),
    path("party/members/<ascii_int:pk>/edit/", members.member_edit, name="member_edit"),
    path("party/members/<ascii_int:pk>/move/", members.member_step, {"step": "move"}, name="member_move"),
    path("party/members/<ascii_int:pk>/bring-in/", members.member_step, {"step": "bring-in"}, name="member_bring_in"),
    path("party/members/<ascii_int:pk>/leave/", members.member_step, {"step": "leave"}, name="member_leave"),
    path("party/members/<ascii_int:pk>/reveal/", members.member_reveal, name="member_reveal"),
    path("party/members/<ascii_int:pk>/households/", links.link_new, name="link_new"),
    path("party/members/<ascii_int:pk>/review/", links.link_review, name="link_review"),
    path("party/members/<ascii_int:pk>/report-in/", reports.report_in_of_member, name="report_in_of_member"),
    path("party/households/", links.link_list, name="links"),
    path("party/households/excel/", links.link_excel, name="link_excel"),
    path("party/households/coverage/", links.coverage, name="link_coverage"),
    path("party/households/<ascii_int:pk>/", links.link, name="link"),
    path("party/households/<ascii_int:pk>/end/", links.link_end, name="link_end"),
    path("party/reports-in/", reports.report_in_list, name="report_ins"),
    path("party/reports-in/excel/", reports.report_in_excel, name="report_in_excel"),
    path("party/reports-in/new/", reports.report_in_new, name="report_in_new"),
    path("party/reports-in/<ascii_int:pk>/", reports.report_in, name="report_in"),
    path(
        "party/reports-in/<ascii_int:pk>/receive/",
        reports.report_in_step,
        {"step": "receive"},
        name="report_in_receive",
    ),
    path("party/reports-in/<ascii_int:pk>/end/", reports.report_in_step, {"step": "end"}, name="report_in_end"),
    path("party/reports-in/<ascii_int:pk>/entry/", reports.report_in_step, {"step": "entry"}, name="report_in_entry"),
    path("party/reports-in/<ascii_int:pk>/need/", reports.report_in_step, {"step": "need"}, name="report_in_need"),
    path(
        "party/reports-in/<ascii_int:pk>/evaluate/",
        reports.report_in_step,
        {"step": "evaluate"},
        name="report_in_evaluate",
    ),
    path("party/reports-in/<ascii_int:pk>/card/", reports.report_in_card, name="report_in_card"),
    path("party/evaluations/<ascii_int:pk>/send/", reports.evaluation_send, name="evaluation_send"),
]
