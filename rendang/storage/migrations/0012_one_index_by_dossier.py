import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# One look-up by the index for every row, whatever the statistics say: OFFSET 0 keeps PostgreSQL from reading the whole
# table instead, as it did for the hundredth chunk of a roster whose table it still thought small (docs/adr/0031).
ROW_BY_ROW = """
CREATE OR REPLACE FUNCTION storage_placement_refers() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM dossiers_dossier AS parent WHERE parent.id = added.dossier_id OFFSET 0)
        OR NOT EXISTS (SELECT FROM access_institution AS parent WHERE parent.id = added.institution_id)
        OR NOT EXISTS (SELECT FROM accounts_user AS parent WHERE parent.id = added.by_id);
    IF FOUND THEN
        RAISE EXCEPTION 'a placement refers to a dossier, an institution or an account that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION storage_compactionmove_refers() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    there bigint;
    named bigint;
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM dossiers_dossier AS parent WHERE parent.id = added.dossier_id OFFSET 0)
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
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_institutions_stay"),
        ("dossiers", "0006_one_index_by_dossier"),
        ("storage", "0011_moves_refer_by_statement"),
        ("workflow", "0002_case_dossier"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(ROW_BY_ROW, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="placement",
            name="a_dossier_is_in_one_place",
        ),
        migrations.AlterField(
            model_name="placement",
            name="dossier",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="placements",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.UniqueConstraint(
                models.F("dossier"),
                models.Case(
                    models.When(then=0, until__isnull=True),
                    default=models.F("id"),
                    output_field=models.BigIntegerField(),
                ),
                name="a_dossier_is_in_one_place",
                violation_error_message="The dossier is already somewhere else.",
            ),
        ),
    ]
