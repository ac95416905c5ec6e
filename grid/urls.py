"""Pages of `grid`."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `gridcode` and `ascii_int`)
from grid.views import absences, detail, edit, maps, tree

app_name = "grid"

urlpatterns: list[URLPattern | URLResolver] = [
    path("grids/", tree.tree, name="list"),
    path("grids/map/", maps.grid_map, name="map"),
    path("grids/layer/", maps.layer, name="layer"),
    path("grids/mine/", detail.mine, name="mine"),
    path("grids/absences/", absences.absences, name="absences"),
    path("grids/absences/mine/", absences.mine, name="my_absences"),
    path("grids/<gridcode:code>/", detail.detail, name="detail"),
    path("grids/<gridcode:code>/board/", detail.board, name="board"),
    path("grids/<gridcode:code>/edit/", edit.edit, name="edit"),
    path("grids/<gridcode:code>/add/", edit.add, name="add"),
    path("grids/<gridcode:code>/retire/", edit.retire, name="retire"),
    path("grids/<gridcode:code>/appoint/", edit.appoint_person, name="appoint"),
    path("grids/posts/<ascii_int:pk>/end/", edit.end, name="end_post"),
    path("grids/posts/<ascii_int:pk>/absence/", edit.absent, name="absence"),
    path("grids/people/<ascii_int:pk>/phone/", detail.phone, name="phone"),
]
