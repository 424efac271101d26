import django.db.models.deletion
from django.db import migrations, models

# As for placements (0009, docs/adr/0031). Slots, other than all else that is referred to so, may be taken away: the
# rows are locked against it while a plan is written, and a slot that a plan names stays.
BY_STATEMENT = """
CREATE FUNCTION storage_compactionmove_refers() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    there bigint;
    named bigint;
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM dossiers_dossier AS parent WHERE parent.id = added.dossier_id)
        OR NOT EXISTS (SELECT FROM storage_compaction AS parent WHERE parent.id = added.compaction_id);
    IF FOUND THEN
        RAISE EXCEPTION 'a move refers to a plan or a dossier that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    SELECT count(*) INTO named FROM (SELECT origin_id FROM added UNION SELECT target_id FROM added) AS slots;
    PERFORM FROM storage_slot WHERE id IN (SELECT origin_id FROM added UNION SELECT target_id FROM added)
        ORDER BY id FOR KEY SHARE;
    GET DIAGNOSTICS there = ROW_COUNT;
    IF there <> named THEN
        RAISE EXCEPTION 'a move refers to a slot that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER storage_compactionmove_refers AFTER INSERT ON storage_compactionmove
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION storage_compactionmove_refers();
CREATE TRIGGER storage_compactionmove_keeps_to
    BEFORE UPDATE OF compaction_id, dossier_id, origin_id, target_id ON storage_compactionmove
    FOR EACH ROW WHEN (OLD.compaction_id <> NEW.compaction_id OR OLD.dossier_id <> NEW.dossier_id
        OR OLD.origin_id <> NEW.origin_id OR OLD.target_id <> NEW.target_id)
    EXECUTE FUNCTION keeps_what_it_refers_to();
CREATE TRIGGER compaction_is_never_deleted BEFORE DELETE ON storage_compaction
    FOR EACH ROW EXECUTE FUNCTION is_never_deleted();
CREATE TRIGGER compaction_keeps_its_number BEFORE UPDATE OF id ON storage_compaction
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION is_never_deleted();
CREATE FUNCTION storage_slot_of_a_plan_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM storage_compactionmove
        WHERE origin_id IN (SELECT id FROM removed) OR target_id IN (SELECT id FROM removed);
    IF FOUND THEN
        RAISE EXCEPTION 'a slot that a plan of moves names stays' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER storage_slot_of_a_plan_stays AFTER DELETE ON storage_slot
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION storage_slot_of_a_plan_stays();
CREATE TRIGGER slot_keeps_its_number BEFORE UPDATE OF id ON storage_slot
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION is_never_deleted();
"""
BY_ROW = """
DROP TRIGGER slot_keeps_its_number ON storage_slot;
DROP TRIGGER storage_slot_of_a_plan_stays ON storage_slot;
DROP FUNCTION storage_slot_of_a_plan_stays;
DROP TRIGGER compaction_keeps_its_number ON storage_compaction;
DROP TRIGGER compaction_is_never_deleted ON storage_compaction;
DROP TRIGGER storage_compactionmove_keeps_to ON storage_compactionmove;
DROP TRIGGER storage_compactionmove_refers ON storage_compactionmove;
DROP FUNCTION storage_compactionmove_refers;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0010_plans_that_put_in_order"),
        ("dossiers", "0005_references_by_statement"),
    ]
    operations = [
        migrations.AlterField(
            model_name="compactionmove",
            name="compaction",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="storage.compaction",
            ),
        ),
        migrations.AlterField(
            model_name="compactionmove",
            name="dossier",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dossiers.dossier",
            ),
        ),
        migrations.AlterField(
            model_name="compactionmove",
            name="origin",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="storage.slot",
            ),
        ),
        migrations.AlterField(
            model_name="compactionmove",
            name="target",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="storage.slot",
            ),
        ),
        migrations.RunSQL(BY_STATEMENT, BY_ROW),
    ]
