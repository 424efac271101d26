import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As in dossiers 0005 (docs/adr/0031).
BY_STATEMENT = """
CREATE FUNCTION storage_placement_refers() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM dossiers_dossier AS parent WHERE parent.id = added.dossier_id)
        OR NOT EXISTS (SELECT FROM access_institution AS parent WHERE parent.id = added.institution_id)
        OR NOT EXISTS (SELECT FROM accounts_user AS parent WHERE parent.id = added.by_id);
    IF FOUND THEN
        RAISE EXCEPTION 'a placement refers to a dossier, an institution or an account that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER storage_placement_refers AFTER INSERT ON storage_placement
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION storage_placement_refers();
CREATE TRIGGER storage_placement_keeps_to BEFORE UPDATE OF dossier_id, institution_id, by_id ON storage_placement
    FOR EACH ROW WHEN (OLD.dossier_id <> NEW.dossier_id OR OLD.institution_id <> NEW.institution_id OR OLD.by_id <> NEW.by_id) EXECUTE FUNCTION keeps_what_it_refers_to();
"""
BY_ROW = """
DROP TRIGGER storage_placement_keeps_to ON storage_placement;
DROP TRIGGER storage_placement_refers ON storage_placement;
DROP FUNCTION storage_placement_refers;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0008_label_prints"),
        ("accounts", "0002_accounts_stay"),
        ("dossiers", "0005_references_by_statement"),
    ]
    operations = [
        migrations.AlterField(
            model_name="placement",
            name="dossier",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="placements",
                to="dossiers.dossier",
            ),
        ),
        migrations.AlterField(
            model_name="placement",
            name="institution",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.institution",
            ),
        ),
        migrations.AlterField(
            model_name="placement",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(BY_STATEMENT, BY_ROW),
    ]
