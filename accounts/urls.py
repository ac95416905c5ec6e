"""Pages of `accounts`."""

from django.urls import URLPattern, URLResolver, path

from accounts import views

app_name = "accounts"

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/", views.ChangePassword.as_view(), name="password_change"),
    path("password/done/", views.password_changed, name="password_change_done"),
    path("me/", views.me, name="me"),
    path("access-log/", views.access_log, name="access_log"),
]
