"""Pages of `reports`."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters as _numbers  # noqa: F401  (registers `ascii_int` and `gridcode`)
from reports import converters as _days  # noqa: F401  (registers `isoday`)
from reports import views, views_indicators

app_name = "reports"
BEHIND = "reports/<gridcode:code>/<isoday:first>/<isoday:last>/<slug:measure>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", views.report_list, name="list"),
    path("reports/preview/", views.preview, name="preview"),
    path("reports/generate/", views.generate, name="generate"),
    path("reports/<ascii_int:pk>/", views.detail, name="detail"),
    path("reports/<ascii_int:pk>/word/", views.word, name="word"),
    path("reports/<ascii_int:pk>/excel/", views.excel, name="excel"),
    # the cases behind any number
    path("reports/<gridcode:code>/<isoday:day>/<slug:measure>/", views_indicators.cases_of_day, name="cases_of_day"),
    path(f"{BEHIND}/", views_indicators.cases, name="cases"),
    path(f"{BEHIND}/excel/", views_indicators.cases_excel, name="cases_excel"),
]
