"""Pages of `reports`."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters as _numbers  # noqa: F401  (registers `ascii_int` and `gridcode`)
from reports import converters as _days  # noqa: F401  (registers `isoday`)
from reports import (
    views,
    views_dashboards,
    views_indicators,
    views_meetings,
    views_papers,
    views_report,
    views_signing,
    views_templates,
)

app_name = "reports"
BEHIND = "reports/<gridcode:code>/<isoday:first>/<isoday:last>/<slug:measure>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", views.report_list, name="list"),
    path("reports/preview/", views.preview, name="preview"),
    path("reports/generate/", views.generate, name="generate"),
    path("reports/<ascii_int:pk>/", views_report.detail, name="detail"),
    path("reports/<ascii_int:pk>/word/", views_report.word, name="word"),
    path("reports/<ascii_int:pk>/excel/", views_report.excel, name="excel"),
    path("reports/<ascii_int:pk>/correct/", views_report.correct, name="correct"),
    # the paper of a report: text, check, signature, sending
    path("reports/<ascii_int:pk>/text/", views_signing.edit_text, name="text"),
    path("reports/<ascii_int:pk>/text/restore/", views_signing.restore_text, name="restore_text"),
    path("reports/<ascii_int:pk>/step/", views_signing.step, name="step"),
    path("reports/<ascii_int:pk>/send/", views_signing.send, name="send"),
    # meetings and what they decided
    path("reports/<ascii_int:pk>/decide/", views_meetings.decide_on_report, name="decide"),
    path("reports/meetings/", views_meetings.meeting_list, name="meetings"),
    path("reports/meetings/new/", views_meetings.meeting_new, name="meeting_new"),
    path("reports/meetings/<ascii_int:pk>/", views_meetings.meeting_detail, name="meeting"),
    path("reports/meetings/<ascii_int:pk>/edit/", views_meetings.meeting_edit, name="meeting_edit"),
    path("reports/decisions/", views_meetings.decision_list, name="decisions"),
    path("reports/decisions/<ascii_int:pk>/", views_meetings.decision_detail, name="decision"),
    # indicators, and the cases behind any number
    path("reports/indicators/", views_indicators.indicator_list, name="indicators"),
    path("reports/indicators/<slug:name>/", views_indicators.indicator, name="indicator"),
    path("reports/<gridcode:code>/<isoday:day>/<slug:measure>/", views_indicators.cases_of_day, name="cases_of_day"),
    path(f"{BEHIND}/", views_indicators.cases, name="cases"),
    path(f"{BEHIND}/excel/", views_indicators.cases_excel, name="cases_excel"),
    # dashboards: the analysis and the wall screen
    path("reports/analysis/", views_dashboards.analysis, name="analysis"),
    path("reports/analysis/excel/", views_dashboards.analysis_excel, name="analysis_excel"),
    path("reports/wall/", views_dashboards.wall_screen, name="wall"),
    path("reports/wall/data/", views_dashboards.wall_data, name="wall_data"),
    path("reports/wall/shapes/", views_dashboards.wall_shapes, name="wall_shapes"),
    # papers of the office, and its own templates
    path("reports/papers/", views_papers.paper_list, name="papers"),
    path("reports/papers/cases/", views_papers.cases, name="paper_cases"),
    path("reports/papers/new/<slug:kind>/", views_papers.new, name="paper_new"),
    path("reports/papers/preview/<slug:kind>/", views_papers.preview, name="paper_preview"),
    path("reports/papers/<ascii_int:pk>/", views_papers.detail, name="paper"),
    path("reports/papers/<ascii_int:pk>/edit/", views_papers.edit, name="paper_edit"),
    path("reports/papers/<ascii_int:pk>/word/", views_papers.word, name="paper_word"),
    path("reports/papers/<ascii_int:pk>/<slug:name>/", views_papers.step, name="paper_step"),
    path("reports/templates/", views_templates.template_list, name="templates"),
    path("reports/templates/<ascii_int:pk>/switch/", views_templates.template_switch, name="template_switch"),
    path("reports/templates/<ascii_int:pk>/file/", views_templates.template_file, name="template_file"),
    path("reports/templates/start/<slug:kind>/", views_templates.template_start, name="template_start"),
]
