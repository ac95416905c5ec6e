"""How the admin looks: our name, our blue, our fonts, and the mend for its maps."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

# The blue of the other pages (static/css/app.css, --tblr-primary) in the steps of the theme: lightness, chroma.
ADMIN_BLUES = {
    "50": (97, 0.014), "100": (93, 0.032), "200": (88, 0.059), "300": (80, 0.1), "400": (68, 0.13), "500": (58, 0.145),
    "600": (49, 0.14), "700": (42, 0.12), "800": (36, 0.1), "900": (31, 0.08), "950": (23, 0.06),
}  # fmt: skip

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Grid governance platform"),
    "SITE_HEADER": _("Grid governance platform"),
    "SITE_SUBHEADER": _("Administration"),
    "SITE_SYMBOL": "hub",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": {step: f"oklch({light}% {chroma} 255)" for step, (light, chroma) in ADMIN_BLUES.items()}},
    "STYLES": [lambda request: static("css/admin.css")],
    "SCRIPTS": [lambda request: static("js/admin-map.js")],
    "SIDEBAR": {"show_search": True, "show_all_applications": True},
}
