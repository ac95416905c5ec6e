"""Pages of wishes for the staff; overview and files of the whole app."""

from typing import Final

from django.urls import URLPattern, path

from volunteers.views import files, overview, wish_rounds, wishes

WISHES: Final[list[URLPattern]] = [
    path("volunteers/", overview.overview, name="overview"),
    path("volunteers/files/<uuid:public_id>/", files.file, name="file"),
    path("wishes/", wishes.wish_list, name="wishes"),
    path("wishes/excel/", wishes.wish_excel, name="wish_excel"),
    path("wishes/new/", wishes.wish_new, name="wish_new"),
    path("wishes/publish/", wishes.wish_publish, name="wish_publish"),
    path("wishes/notes/", wishes.wish_notes, name="wish_notes"),
    path("wishes/wall/", wishes.wish_wall, name="wish_wall"),
    path("wishes/rounds/", wish_rounds.round_list, name="wish_rounds"),
    path("wishes/rounds/new/", wish_rounds.round_new, name="wish_round_new"),
    path("wishes/rounds/<ascii_int:pk>/edit/", wish_rounds.round_edit, name="wish_round_edit"),
    path("wishes/<ascii_int:pk>/", wishes.wish, name="wish"),
    path("wishes/<ascii_int:pk>/edit/", wishes.wish_edit, name="wish_edit"),
    path("wishes/<ascii_int:pk>/confirm/", wishes.wish_confirm, name="wish_confirm"),
    path("wishes/<ascii_int:pk>/reveal/", wishes.wish_reveal, name="wish_reveal"),
    path("wishes/<ascii_int:pk>/<slug:name>/", wishes.wish_step, name="wish_step"),
]
