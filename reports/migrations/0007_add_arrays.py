"""Adding up the arrays of rollup cells, place by place."""

from django.db import migrations

ADD = """
CREATE FUNCTION reports_add(a bigint[], b bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(nullif(coalesce(x, 0) + coalesce(y, 0), 0) ORDER BY place), '{}')
    FROM ROWS FROM (unnest(a), unnest(b)) WITH ORDINALITY AS t (x, y, place)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_frozen_papers")]
    operations = [migrations.RunSQL(ADD, "DROP FUNCTION reports_add(bigint[], bigint[])")]
