from django.db import migrations

# Statement-level with transition tables: 5,000 placements of a roster cost one pass over them, not 5,000 calls.
# The slots are locked in the order of their keys, so that two bulk writers wait for each other instead of deadlocking;
# the check constraint on storage_slot then refuses whoever comes last to a full slot.
OCCUPIED = """
CREATE FUNCTION storage_keep_occupied() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER storage_occupied_insert AFTER INSERT ON storage_placement
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION storage_keep_occupied();
CREATE TRIGGER storage_occupied_update AFTER UPDATE ON storage_placement
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION storage_keep_occupied();
CREATE TRIGGER storage_occupied_delete AFTER DELETE ON storage_placement
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION storage_keep_occupied();
"""
UNDO_OCCUPIED = """
DROP TRIGGER storage_occupied_insert ON storage_placement;
DROP TRIGGER storage_occupied_update ON storage_placement;
DROP TRIGGER storage_occupied_delete ON storage_placement;
DROP FUNCTION storage_keep_occupied;
"""

# Where a dossier was is evidence: a placement can be ended, once, and nothing else.
HISTORY = """
CREATE FUNCTION storage_history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the place history is never rewritten' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER storage_history_not_deleted BEFORE DELETE ON storage_placement
    FOR EACH ROW EXECUTE FUNCTION storage_history_stays();
CREATE TRIGGER storage_history_not_rewritten BEFORE UPDATE ON storage_placement
    FOR EACH ROW WHEN (
        OLD.until IS NOT NULL
        OR (OLD.id, OLD.dossier_id, OLD.institution_id, OLD.kind, OLD.slot_id, OLD.detail, OLD.since, OLD.by_id,
            OLD.case_id)
        IS DISTINCT FROM
           (NEW.id, NEW.dossier_id, NEW.institution_id, NEW.kind, NEW.slot_id, NEW.detail, NEW.since, NEW.by_id,
            NEW.case_id)
    ) EXECUTE FUNCTION storage_history_stays();
"""
UNDO_HISTORY = """
DROP TRIGGER storage_history_not_deleted ON storage_placement;
DROP TRIGGER storage_history_not_rewritten ON storage_placement;
DROP FUNCTION storage_history_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("storage", "0001_initial")]
    operations = [
        migrations.RunSQL(OCCUPIED, UNDO_OCCUPIED),
        migrations.RunSQL(HISTORY, UNDO_HISTORY),
    ]
