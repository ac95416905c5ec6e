"""Addresses of points and of the shop."""

from django.urls import URLPattern, URLResolver, path

from accounts import converters  # noqa: F401  (registers `ascii_int`)
from volunteers.views import counter, point_rules, points, shop

POINTS: list[URLPattern | URLResolver] = [
    # a volunteer's own
    path("volunteers/me/points/", points.my_points, name="my_points"),
    path("volunteers/me/points/part/", points.my_points_part, name="my_points_part"),
    path("volunteers/me/points/<ascii_int:year>/<ascii_int:month>/", points.my_statement, name="my_statement"),
    path("volunteers/me/exchanges/<ascii_int:pk>/", shop.my_exchange, name="my_exchange"),
    path("volunteers/shop/", shop.shop_front, name="shop"),
    path("volunteers/shop/<ascii_int:pk>/", shop.shop_item, name="shop_item"),
    # staff
    path("volunteers/counter/", counter.counter, name="counter"),
    path("volunteers/counter/for/", counter.counter_for, name="counter_for"),
    path("volunteers/exchanges/", counter.exchanges, name="exchanges"),
    path("volunteers/exchanges/excel/", counter.exchanges_excel, name="exchanges_excel"),
    path("volunteers/exchanges/<ascii_int:pk>/", counter.exchange, name="exchange"),
    path("volunteers/items/", counter.items, name="items"),
    path("volunteers/items/new/", counter.item_new, name="item_new"),
    path("volunteers/items/<ascii_int:pk>/", counter.item, name="item"),
    path("volunteers/items/<ascii_int:pk>/edit/", counter.item_edit, name="item_edit"),
    path("volunteers/items/<ascii_int:pk>/restock/", counter.item_restock, name="item_restock"),
    path("volunteers/points/rules/", point_rules.rules, name="point_rules"),
    path("volunteers/points/rules/new/", point_rules.rule_new, name="point_rule_new"),
    path("volunteers/points/rules/<ascii_int:pk>/withdraw/", point_rules.rule_withdraw, name="point_rule_withdraw"),
    path("volunteers/points/bonus/", point_rules.bonus, name="bonus"),
]
