"""Search of notes by pairs of characters: most Chinese words have two, which trigrams do not find.

The cost makes the planner ask the index instead of cutting the text of every row again. No workers in parallel: to
start them takes longer than the search.
"""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations

import fieldwork.note_queries

PAIRS = """
CREATE FUNCTION fieldwork_pairs(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL UNSAFE COST 5000 AS $$
    SELECT coalesce(array_agg(DISTINCT substr(words, n, 2)), '{}') FROM generate_series(1, length(words) - 1) AS n
$$;
"""
NO_PAIRS = "DROP FUNCTION fieldwork_pairs(text)"


class Migration(migrations.Migration):
    dependencies = [("fieldwork", "0002_laws")]

    operations = [
        migrations.RunSQL(PAIRS, NO_PAIRS),
        migrations.RemoveIndex(model_name="quicknote", name="note_text_idx"),
        migrations.AddIndex(
            model_name="quicknote",
            index=django.contrib.postgres.indexes.GinIndex(
                fieldwork.note_queries.Pairs(django.db.models.functions.text.Upper("text")), name="note_text_idx"
            ),
        ),
    ]
