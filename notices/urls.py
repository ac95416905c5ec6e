"""Pages of `notices`."""

from django.urls import URLPattern, URLResolver, path

from notices import views

app_name = "notices"

urlpatterns: list[URLPattern | URLResolver] = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/unread/", views.unread, name="unread"),
    path("messages/read-all/", views.read_all, name="read_all"),
    path("messages/<ascii_int:notice_id>/read/", views.read, name="read"),
]
