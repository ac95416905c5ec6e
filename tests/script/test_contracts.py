"""The contract of the layers inside an app."""

from house.contracts import forbidden, ranked


def look(importer: str, imported: str, **more: set[str]) -> bool:
    """Tell whether one import is forbidden in an app of two modules."""
    imports = {importer: {imported}, imported: more.get("deeper", {"app.models.thing"}), "app.models.thing": set()}
    return forbidden(importer, imported, ranked(imports))


def test_doors_look_down_and_business_does_not_look_up() -> None:
    assert not look("app.views.pages", "app.dispatch")
    assert look("app.dispatch", "app.views.pages")
    assert look("app.dispatch", "app.forms")


def test_a_model_calls_no_business_but_may_use_plain_rules() -> None:
    assert look("app.models.incident", "app.dispatch")
    assert not look("app.models.incident", "app.worktime", deeper=set())


def test_pages_and_api_do_not_look_at_each_other() -> None:
    assert look("app.api.views", "app.views.pages")
    assert look("app.views.pages", "app.api.serializers")
