"""Addresses of deliberation and of the opinions of deputies."""

from typing import Final

from django.urls import URLPattern, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from partybuilding.views import councils, decisions, meetings, opinions, topics

COUNCILS: Final[list[URLPattern]] = [
    path("party/councils/", councils.council_overview, name="councils"),
    path("party/councils/venues/", councils.venue_list, name="venues"),
    path("party/councils/forums/new/", councils.forum_new, name="forum_new"),
    path("party/councils/forums/<ascii_int:pk>/", councils.forum, name="forum"),
    path("party/councils/forums/<ascii_int:pk>/edit/", councils.forum_edit, name="forum_edit"),
    path("party/councils/meetings/", meetings.meeting_list, name="meetings"),
    path("party/councils/meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("party/councils/meetings/excel/", meetings.meeting_excel, name="meeting_excel"),
    path("party/councils/meetings/<ascii_int:pk>/", meetings.meeting, name="meeting"),
    path("party/councils/meetings/<ascii_int:pk>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("party/councils/meetings/<ascii_int:pk>/invite/", meetings.meeting_invite, name="meeting_invite"),
    path(
        "party/councils/meetings/<ascii_int:pk>/guests/<ascii_int:guest>/strike/",
        meetings.meeting_strike,
        name="meeting_strike",
    ),
    path("party/councils/meetings/<ascii_int:pk>/presence/", meetings.meeting_presence, name="meeting_presence"),
    path("party/councils/meetings/<ascii_int:pk>/agenda/", meetings.meeting_agenda, name="meeting_agenda"),
    path(
        "party/councils/meetings/<ascii_int:pk>/follow/<ascii_int:decision>/",
        meetings.meeting_follow,
        name="meeting_follow",
    ),
    path("party/councils/meetings/<ascii_int:pk>/files/", meetings.meeting_files, name="meeting_files"),
    path("party/councils/meetings/<ascii_int:pk>/hold/", meetings.meeting_hold, name="meeting_hold"),
    path("party/councils/meetings/<ascii_int:pk>/call-off/", meetings.meeting_call_off, name="meeting_call_off"),
    path("party/councils/meetings/<ascii_int:pk>/print/", meetings.meeting_print, name="meeting_print"),
    path("party/councils/topics/", topics.topic_list, name="topics"),
    path("party/councils/topics/new/", topics.topic_new, name="topic_new"),
    path("party/councils/topics/<ascii_int:pk>/", topics.topic, name="topic"),
    path("party/councils/topics/<ascii_int:pk>/edit/", topics.topic_edit, name="topic_edit"),
    path("party/councils/topics/<ascii_int:pk>/decide/", topics.topic_decide, name="topic_decide"),
    path("party/councils/topics/<ascii_int:pk>/opinion/", topics.topic_opinion, name="topic_opinion"),
    path("party/councils/topics/<ascii_int:pk>/off/", topics.topic_off, name="topic_off"),
    path("party/councils/decisions/", decisions.decision_list, name="decisions"),
    path("party/councils/decisions/excel/", decisions.decision_excel, name="decision_excel"),
    path("party/councils/decisions/<ascii_int:pk>/", decisions.decision, name="decision"),
    path("party/councils/decisions/<ascii_int:pk>/follow/", decisions.decision_follow, name="decision_follow"),
    path("party/councils/decisions/<ascii_int:pk>/lead/<slug:kind>/", decisions.decision_lead, name="decision_lead"),
    path("party/councils/decisions/<ascii_int:pk>/<slug:name>/", decisions.decision_end, name="decision_end"),
    path("party/opinions/", opinions.opinion_list, name="opinions"),
    path("party/opinions/new/", opinions.opinion_new, name="opinion_new"),
    path("party/opinions/excel/", opinions.opinion_excel, name="opinion_excel"),
    path("party/opinions/<ascii_int:pk>/", opinions.opinion, name="opinion"),
    path("party/opinions/<ascii_int:pk>/incident/", opinions.opinion_incident, name="opinion_incident"),
    path("party/opinions/<ascii_int:pk>/<slug:name>/", opinions.opinion_step, name="opinion_step"),
]
