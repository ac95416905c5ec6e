"""Every address of the platform; each app brings its own."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.rules import SIGNED_IN, public, signed_in
from config import health

handler400 = "accounts.views.bad_request"
handler403 = "accounts.views.permission_denied"
handler404 = "accounts.views.not_found"
handler500 = "accounts.views.server_error"

schema = SpectacularAPIView.as_view()
schema.access_rule = SIGNED_IN  # type: ignore[attr-defined]  # by session or API key; the view itself asks

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("i18n/setlang/", public(set_language), name="set_language"),
    path("api/v1/", include("config.api_urls")),
    path("api/schema/", schema, name="api-schema"),
    path("api/docs/", signed_in(SpectacularSwaggerSplitView.as_view(url_name="api-schema")), name="api-docs"),
    path("", include("accounts.urls")),
    path("", include("notices.urls")),
    path("", include("grid.urls")),
    path("", include("incidents.urls")),
    path("", include("fieldwork.urls")),
    path("", include("partybuilding.urls")),
    path("", include("volunteers.urls")),
    path("", include("reports.urls")),
]
