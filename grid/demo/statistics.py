"""Statistics for the planner: rows of an open transaction have none until somebody takes them."""

from django.db import connection


def take_statistics(*tables: str) -> None:
    """ANALYZE the tables (all when none is named): with what was thought of empty ones a query can last minutes."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
