import django.db.models.deletion
from django.db import migrations, models

# As the other references of a placement (0009, docs/adr/0031). Slots may be taken away while nothing has lain in them:
# the ones that are named are locked against it, and stay from then on. storage_occupied_insert, which counts them,
# fires before and has locked them in the same order.
BY_STATEMENT = """
CREATE OR REPLACE FUNCTION storage_placement_refers() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    there bigint;
    named bigint;
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM dossiers_dossier AS parent WHERE parent.id = added.dossier_id OFFSET 0)
        OR NOT EXISTS (SELECT FROM access_institution AS parent WHERE parent.id = added.institution_id)
        OR NOT EXISTS (SELECT FROM accounts_user AS parent WHERE parent.id = added.by_id)
        OR case_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM workflow_case AS parent WHERE parent.id = added.case_id OFFSET 0);
    IF FOUND THEN
        RAISE EXCEPTION 'a placement refers to a dossier, an institution, an account or a case that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    SELECT count(DISTINCT slot_id) INTO named FROM added;
    IF named > 0 THEN
        PERFORM FROM storage_slot WHERE id IN (SELECT slot_id FROM added) ORDER BY id FOR KEY SHARE;
        GET DIAGNOSTICS there = ROW_COUNT;
        IF there <> named THEN
            RAISE EXCEPTION 'a placement refers to a slot that is not there' USING ERRCODE = 'foreign_key_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION storage_slot_of_a_plan_stays() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM storage_compactionmove
        WHERE origin_id IN (SELECT id FROM removed) OR target_id IN (SELECT id FROM removed);
    IF FOUND THEN
        RAISE EXCEPTION 'a slot that a plan of moves names stays' USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM FROM removed WHERE EXISTS (SELECT FROM storage_placement AS placed WHERE placed.slot_id = removed.id OFFSET 0);
    IF FOUND THEN
        RAISE EXCEPTION 'a slot in which a dossier has lain stays' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
ALTER FUNCTION storage_slot_of_a_plan_stays RENAME TO storage_slot_in_use_stays;
ALTER TRIGGER storage_slot_of_a_plan_stays ON storage_slot RENAME TO storage_slot_in_use_stays;
"""
BY_ROW = """
ALTER TRIGGER storage_slot_in_use_stays ON storage_slot RENAME TO storage_slot_of_a_plan_stays;
ALTER FUNCTION storage_slot_in_use_stays RENAME TO storage_slot_of_a_plan_stays;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0012_one_index_by_dossier"),
        ("workflow", "0003_cases_stay"),
    ]
    operations = [
        migrations.AlterField(
            model_name="placement",
            name="slot",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="placements",
                to="storage.slot",
            ),
        ),
        migrations.AlterField(
            model_name="placement",
            name="case",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="workflow.case",
            ),
        ),
        migrations.RunSQL(BY_STATEMENT, BY_ROW),
    ]
