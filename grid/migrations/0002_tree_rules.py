"""What must never be in the tree, forbidden by the database (architecture.md law 5, reliability.md 3.2)."""

from django.db import migrations, models

LEVELS = "CASE length(code) WHEN 4 THEN 1 WHEN 6 THEN 2 WHEN 9 THEN 3 WHEN 12 THEN 4 WHEN 15 THEN 5 WHEN 18 THEN 6 WHEN 21 THEN 7 WHEN 24 THEN 8 END"
CODE = r"^(\d{4}|\d{6}|\d{9}|\d{12}|\d{12}([0-9A-Z]{3}){1,4})$"
CHINA = "ST_MakeEnvelope(73, 3, 136, 54, 4326)"


def area_rule(table: str, name: str) -> tuple[str, str]:
    """A boundary is a valid, bounded area inside China of at most 5,000 points."""
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (boundary IS NULL OR (ST_NPoints(boundary) BETWEEN 4 AND 5000 AND boundary @ {CHINA} AND ST_IsValid(boundary)))",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def point_rule(table: str, name: str) -> tuple[str, str]:
    """A place is a point inside China; an empty or infinite one is not."""
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (point IS NULL OR (NOT ST_IsEmpty(point) AND point @ {CHINA}))",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


RULES = [
    (
        f"ALTER TABLE grid_grid ADD CONSTRAINT grid_code_form CHECK (code ~ '{CODE}')",
        "ALTER TABLE grid_grid DROP CONSTRAINT grid_code_form",
    ),
    (
        f"ALTER TABLE grid_grid ADD CONSTRAINT grid_level_fits_code CHECK (level = {LEVELS})",
        "ALTER TABLE grid_grid DROP CONSTRAINT grid_level_fits_code",
    ),
    (
        "ALTER TABLE grid_grid ADD CONSTRAINT grid_boundary_has_origin CHECK ((boundary IS NULL) = (boundary_origin = ''))",
        "ALTER TABLE grid_grid DROP CONSTRAINT grid_boundary_has_origin",
    ),
    area_rule("grid_grid", "grid_boundary_is_area"),
    area_rule("grid_boundaryversion", "boundary_version_is_area"),
    point_rule("grid_compound", "compound_point_in_china"),
    point_rule("grid_building", "building_point_in_china"),
    (
        # a version replaced on the day it began has an empty period, which overlaps nothing
        "ALTER TABLE grid_boundaryversion ADD CONSTRAINT boundary_one_at_a_time EXCLUDE USING gist (grid_id WITH =, daterange(valid_from, valid_to) WITH &&)",
        "ALTER TABLE grid_boundaryversion DROP CONSTRAINT boundary_one_at_a_time",
    ),
    (
        "ALTER TABLE grid_importrun ADD CONSTRAINT import_whole_or_not CHECK (applied_at IS NULL OR (errors = 0 AND NOT dry_run))",
        "ALTER TABLE grid_importrun DROP CONSTRAINT import_whole_or_not",
    ),
]

TREE = r"""
CREATE FUNCTION grid_tree_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE parent_code text;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.code <> OLD.code THEN
        RAISE EXCEPTION 'grid %: a code is the path of the tree and is never changed', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grid_code_is_kept';
    END IF;
    IF NEW.parent_id IS NOT NULL THEN
        SELECT code INTO parent_code FROM grid_grid WHERE id = NEW.parent_id;
        IF parent_code IS DISTINCT FROM left(NEW.code, CASE length(NEW.code) WHEN 6 THEN 4 ELSE length(NEW.code) - 3 END) THEN
            RAISE EXCEPTION 'grid %: its parent % does not begin its code', NEW.code, parent_code
                USING ERRCODE = 'check_violation', CONSTRAINT = 'grid_parent_begins_code';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grid_tree_rule BEFORE INSERT OR UPDATE OF code, parent_id ON grid_grid
    FOR EACH ROW EXECUTE FUNCTION grid_tree_rule();

CREATE FUNCTION grid_pairing_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM grid_grid WHERE id = NEW.dedicated_id AND kind = 'dedicated')
       OR EXISTS (SELECT 1 FROM grid_grid WHERE id = NEW.neighbour_id AND kind = 'dedicated') THEN
        RAISE EXCEPTION 'a pairing joins a dedicated grid and a territorial one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pairing_kinds';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grid_pairing_rule BEFORE INSERT OR UPDATE ON grid_gridpairing
    FOR EACH ROW EXECUTE FUNCTION grid_pairing_rule();
"""
TREE_BACK = """
DROP TRIGGER grid_tree_rule ON grid_grid; DROP FUNCTION grid_tree_rule();
DROP TRIGGER grid_pairing_rule ON grid_gridpairing; DROP FUNCTION grid_pairing_rule();
"""


class Migration(migrations.Migration):
    dependencies = [("grid", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="options",
            field=models.JSONField(blank=True, default=dict, verbose_name="options"),
        ),
        *[migrations.RunSQL(*rule) for rule in RULES],
        migrations.RunSQL(TREE, TREE_BACK),
    ]
