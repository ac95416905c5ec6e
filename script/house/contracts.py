"""The layers inside an app as a contract of import-linter: modules are ranked by their name (architecture.md 2)."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

URLS, DOORS, FORMS, BUSINESS, MODELS, GROUND = range(5, -1, -1)

RANKS = {
    "urls": URLS,
    "views": DOORS,
    "api": DOORS,
    "admin": DOORS,
    "tasks": DOORS,
    "management": DOORS,
    "forms": FORMS,
    "filters": FORMS,
    "models": MODELS,
    "querysets": GROUND,
    "states": GROUND,
    "errors": GROUND,
}
SPLIT = ("views", "admin", "forms", "filters")  # a long file may be split: admin_quarantine.py
FREE = {"apps", "migrations", "checks"}  # Django's own wiring looks wherever it must


def rank(module: str) -> int | None:
    """Give the layer of `app.module...`; nothing for the wiring. `urls` may lie deeper, as in `api`, or be split."""
    parts = module.split(".")
    if len(parts) < 2 or parts[1] in FREE:
        return None
    if parts[-1] == "urls" or parts[-1].endswith("_urls"):
        return URLS
    whole = next((name for name in SPLIT if parts[1].startswith(f"{name}_")), parts[1])
    return RANKS.get(whole, BUSINESS)


class HouseLayers(Contract):
    """Fails for an import inside one app that looks upward, and for one between `api` and `views`."""

    apps = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import inside the apps."""
        upward = [line for app in self.apps for line in upward_imports(graph, app)]  # type: ignore[attr-defined]
        return ContractCheck(kept=not upward, metadata={"upward": sorted(upward)})

    def render_broken_contract(self, check: Any) -> None:
        """Print each upward import."""
        for line in check.metadata["upward"]:
            output.print_error(f"- {line}", bold=False)


def upward_imports(graph: ImportGraph, app: str) -> list[str]:
    """List the imports inside an app that its layers forbid."""
    imports = {
        module: {low for low in graph.find_modules_directly_imported_by(module) if low.startswith(f"{app}.")}
        for module in graph.find_descendants(app)
    }
    ranks = ranked(imports)
    return [f"{high} imports {low}" for high, lows in imports.items() for low in lows if forbidden(high, low, ranks)]


def ranked(imports: dict[str, set[str]]) -> dict[str, int | None]:
    """Rank the modules. A plain module that stands on the ground only (pure rules, data) belongs to the ground."""
    ranks = {module: rank(module) for module in imports}
    while grounded := [
        module
        for module, lows in imports.items()
        if ranks[module] == BUSINESS and all(ranks.get(low) == GROUND for low in lows)
    ]:
        ranks |= dict.fromkeys(grounded, GROUND)
    return ranks


def forbidden(importer: str, imported: str, ranks: dict[str, int | None]) -> bool:
    """Tell whether one module of an app may not look at another one."""
    high, low = ranks[importer], ranks.get(imported)
    if high is None or low is None:
        return False
    crossing = {importer.split(".")[1], imported.split(".")[1]} == {"api", "views"}
    return low > high or crossing
