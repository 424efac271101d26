from django.db import migrations, models

# What lay in a slot before anybody spoke of thickness is as thick as the usual dossier. The history is not rewritten:
# it is only told in one more figure, and the width used is counted anew from it.
FILL = """
ALTER TABLE storage_placement DISABLE TRIGGER USER;
UPDATE storage_placement SET thickness = 15 WHERE kind = 'SLOT';
ALTER TABLE storage_placement ENABLE TRIGGER USER;
UPDATE storage_slot SET used = 15 * occupied WHERE occupied > 0;
"""
# As before (0002), and the width used besides the number.
COUNT = """
CREATE OR REPLACE FUNCTION storage_keep_occupied() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    slots bigint[];
    counts bigint[];
    widths bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(slot_id), array_agg(n), array_agg(mm) INTO slots, counts, widths FROM (
            SELECT slot_id, count(*) AS n, sum(thickness) AS mm FROM added
            WHERE slot_id IS NOT NULL AND until IS NULL GROUP BY slot_id
        ) AS change;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(slot_id), array_agg(n), array_agg(mm) INTO slots, counts, widths FROM (
            SELECT slot_id, -count(*) AS n, -sum(thickness) AS mm FROM removed
            WHERE slot_id IS NOT NULL AND until IS NULL GROUP BY slot_id
        ) AS change;
    ELSE
        SELECT array_agg(slot_id), array_agg(n), array_agg(mm) INTO slots, counts, widths FROM (
            SELECT slot_id, sum(n) AS n, sum(mm) AS mm FROM (
                SELECT slot_id, 1 AS n, thickness::bigint AS mm FROM added WHERE slot_id IS NOT NULL AND until IS NULL
                UNION ALL
                SELECT slot_id, -1, -thickness::bigint FROM removed WHERE slot_id IS NOT NULL AND until IS NULL
            ) AS both_sides GROUP BY slot_id HAVING sum(n) <> 0 OR sum(mm) <> 0
        ) AS change;
    END IF;
    IF slots IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM added JOIN storage_slot ON storage_slot.id = added.slot_id
        WHERE storage_slot.institution_id <> added.institution_id;
        IF FOUND THEN
            RAISE EXCEPTION 'a slot is used by its own institution' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    PERFORM FROM storage_slot WHERE id = ANY (slots) ORDER BY id FOR NO KEY UPDATE;
    UPDATE storage_slot SET occupied = occupied + change.n, used = used + change.mm
    FROM unnest(slots, counts, widths) AS change (slot_id, n, mm) WHERE storage_slot.id = change.slot_id;
    RETURN NULL;
END $$;
"""
COUNT_AS_BEFORE = """
CREATE OR REPLACE FUNCTION storage_keep_occupied() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    slots bigint[];
    counts bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(slot_id), array_agg(n) INTO slots, counts FROM (
            SELECT slot_id, count(*) AS n FROM added WHERE slot_id IS NOT NULL AND until IS NULL GROUP BY slot_id
        ) AS change;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(slot_id), array_agg(n) INTO slots, counts FROM (
            SELECT slot_id, -count(*) AS n FROM removed WHERE slot_id IS NOT NULL AND until IS NULL GROUP BY slot_id
        ) AS change;
    ELSE
        SELECT array_agg(slot_id), array_agg(n) INTO slots, counts FROM (
            SELECT slot_id, sum(n) AS n FROM (
                SELECT slot_id, 1 AS n FROM added WHERE slot_id IS NOT NULL AND until IS NULL
                UNION ALL
                SELECT slot_id, -1 FROM removed WHERE slot_id IS NOT NULL AND until IS NULL
            ) AS both_sides GROUP BY slot_id HAVING sum(n) <> 0
        ) AS change;
    END IF;
    IF slots IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM added JOIN storage_slot ON storage_slot.id = added.slot_id
        WHERE storage_slot.institution_id <> added.institution_id;
        IF FOUND THEN
            RAISE EXCEPTION 'a slot is used by its own institution' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    PERFORM FROM storage_slot WHERE id = ANY (slots) ORDER BY id FOR NO KEY UPDATE;
    UPDATE storage_slot SET occupied = occupied + change.n
    FROM unnest(slots, counts) AS change (slot_id, n) WHERE storage_slot.id = change.slot_id;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("storage", "0004_buildings_thickness_and_sightings")]
    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT, COUNT_AS_BEFORE),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "SLOT"), ("thickness__gte", 1)),
                    models.Q(models.Q(("kind", "SLOT"), _negated=True), ("thickness", 0)),
                    _connector="OR",
                ),
                name="what_lies_in_a_slot_takes_its_room",
            ),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.CheckConstraint(
                condition=models.Q(("width__isnull", True), ("used__lte", models.F("width")), _connector="OR"),
                name="a_slot_holds_no_more_than_its_width",
                violation_error_message="This slot is too narrow for it.",
            ),
        ),
    ]
