"""Which page frame a request gets, for pages that serve desk and phone alike (me, messages, password)."""

from django.http import HttpRequest


def is_phone(request: HttpRequest) -> bool:
    """Whether the window is a phone's: as the last page measured it, else by client hint or the phones' own word."""
    measured = request.COOKIES.get("gg_narrow")
    if measured in ("0", "1"):
        return measured == "1"
    hint = request.headers.get("Sec-CH-UA-Mobile")
    if hint in ("?0", "?1"):
        return hint == "?1"
    return "Mobile" in request.headers.get("User-Agent", "")


def shell(request: HttpRequest) -> dict[str, str]:
    """Context processor: `{% extends shell %}` with the frame that fits the device."""
    return {"shell": "phone.html" if is_phone(request) else "base.html"}
