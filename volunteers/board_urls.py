"""Addresses of the board of wishes, of claims, and of what fits a volunteer."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from volunteers.views import board, claims, my_claims

BOARD: list[URLPattern | URLResolver] = [
    path("wishes/board/", board.wish_board, name="board"),
    path("wishes/board/map/", board.board_map, name="board_map"),
    path("wishes/board/areas/", board.board_areas, name="board_areas"),
    path("wishes/board/points/", board.board_points, name="board_points"),
    path("wishes/board/<ascii_int:pk>/", board.board_wish, name="board_wish"),
    path("wishes/fitting/", board.fitting, name="fitting"),
    path("wishes/mine/", my_claims.my_claims, name="my_claims"),
    path("wishes/mine/<ascii_int:pk>/", my_claims.my_claim, name="my_claim"),
    path("wishes/claims/", claims.claim_list, name="wish_claims"),
    path("wishes/claims/<ascii_int:pk>/end/", claims.claim_end, name="wish_claim_end"),
    path("wishes/claims/excel/", claims.claim_excel, name="wish_claims_excel"),
]
