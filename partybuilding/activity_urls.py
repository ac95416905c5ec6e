"""Pages of activities, series and stories."""

from typing import Final

from django.urls import URLPattern, path

from partybuilding.views import activities, activity_counts, activity_people, series, stories

ACTIVITIES: Final[list[URLPattern]] = [
    path("party/activities/", activities.activity_list, name="activities"),
    path("party/activities/excel/", activities.activity_list_excel, name="activities_excel"),
    path("party/activities/calendar/", activities.activity_calendar, name="activity_calendar"),
    path("party/activities/counts/", activity_counts.activity_counts, name="activity_counts"),
    path("party/activities/counts/excel/", activity_counts.activity_counts_excel, name="activity_counts_excel"),
    path("party/activities/new/", activities.activity_new, name="activity_new"),
    path("party/activities/<ascii_int:pk>/", activities.activity_detail, name="activity"),
    path("party/activities/<ascii_int:pk>/edit/", activities.activity_edit, name="activity_edit"),
    path("party/activities/<ascii_int:pk>/sign-up/", activity_people.sign_up, name="activity_sign_up"),
    path("party/activities/<ascii_int:pk>/withdraw/", activity_people.withdraw, name="activity_withdraw"),
    path("party/activities/<ascii_int:pk>/put-down/", activity_people.put_down, name="activity_put_down"),
    path("party/activities/<ascii_int:pk>/strike/<ascii_int:row>/", activity_people.strike, name="activity_strike"),
    path("party/activities/<ascii_int:pk>/attendance/", activity_people.attendance, name="activity_attendance"),
    path("party/activities/<ascii_int:pk>/excel/", activity_people.attendance_excel, name="activity_excel"),
    path("party/activities/<ascii_int:pk>/outcome/", activity_people.outcome, name="activity_outcome"),
    path("party/activities/<ascii_int:pk>/call-off/", activity_people.call_off, name="activity_call_off"),
    path("party/activities/<ascii_int:pk>/files/", activity_people.add_files, name="activity_files"),
    path("party/activities/<ascii_int:pk>/stories/new/", stories.story_new, name="story_new"),
    path("party/series/", series.series_list, name="series_list"),
    path("party/series/new/", series.series_new, name="series_new"),
    path("party/series/<ascii_int:pk>/", series.series_detail, name="series"),
    path("party/series/<ascii_int:pk>/edit/", series.series_edit, name="series_edit"),
    path("party/stories/", stories.story_list, name="stories"),
    path("party/stories/<ascii_int:pk>/", stories.story_detail, name="story"),
    path("party/stories/<ascii_int:pk>/vote/", stories.vote, name="story_vote"),
    path("party/stories/<ascii_int:pk>/take-back/", stories.take_back, name="story_take_back"),
    path("party/stories/<ascii_int:pk>/choose/", stories.choose, name="story_choose"),
]
