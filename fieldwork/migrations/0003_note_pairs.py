"""Search of notes by pairs of characters: most Chinese words have two, which trigrams do not find.

The cost makes the planner ask the index instead of cutting the text of every row again.
"""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations

import fieldwork.note_queries

PAIRS = """
CREATE FUNCTION fieldwork_pairs(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
    SELECT coalesce(array_agg(DISTINCT substr(words, n, 2)), '{}') FROM generate_series(1, length(words) - 1) AS n
$$;
"""
NO_PAIRS = "DROP FUNCTION fieldwork_pairs(text)"
# without it the planner takes every longer word for a rare one and reads all rows of a frequent one
FREQUENCY = "CREATE STATISTICS fieldwork_note_text ON (upper(text)) FROM fieldwork_quicknote"
NO_FREQUENCY = "DROP STATISTICS fieldwork_note_text"


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
        migrations.RunSQL(FREQUENCY, NO_FREQUENCY),
    ]
