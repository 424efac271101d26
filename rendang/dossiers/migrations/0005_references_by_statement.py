import django.db.models.deletion
from django.db import migrations, models

# The references of rows that come by the hundred thousand are checked once a statement, by indexes, whatever the
# statistics of a table that has just begun to fill say; what they refer to is never deleted (docs/adr/0031).
BY_STATEMENT = """
CREATE OR REPLACE FUNCTION is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never deleted and keeps its number', TG_TABLE_NAME
        USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE TRIGGER dossier_is_never_deleted BEFORE DELETE ON dossiers_dossier
    FOR EACH ROW EXECUTE FUNCTION is_never_deleted();
CREATE TRIGGER dossier_keeps_its_number BEFORE UPDATE OF id ON dossiers_dossier
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION is_never_deleted();
CREATE FUNCTION keeps_what_it_refers_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % keeps what it refers to', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE FUNCTION dossiers_dossier_refers() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM people_person AS parent WHERE parent.id = added.person_id);
    IF FOUND THEN
        RAISE EXCEPTION 'a dossier refers to a person that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER dossiers_dossier_refers AFTER INSERT ON dossiers_dossier
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION dossiers_dossier_refers();
CREATE TRIGGER dossiers_dossier_keeps_to BEFORE UPDATE OF person_id ON dossiers_dossier
    FOR EACH ROW WHEN (OLD.person_id <> NEW.person_id) EXECUTE FUNCTION keeps_what_it_refers_to();
CREATE FUNCTION dossiers_custody_refers() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM dossiers_dossier AS parent WHERE parent.id = added.dossier_id)
        OR NOT EXISTS (SELECT FROM access_institution AS parent WHERE parent.id = added.institution_id);
    IF FOUND THEN
        RAISE EXCEPTION 'a custody refers to a dossier or an institution that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER dossiers_custody_refers AFTER INSERT ON dossiers_custody
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION dossiers_custody_refers();
CREATE TRIGGER dossiers_custody_keeps_to BEFORE UPDATE OF dossier_id, institution_id ON dossiers_custody
    FOR EACH ROW WHEN (OLD.dossier_id <> NEW.dossier_id OR OLD.institution_id <> NEW.institution_id) EXECUTE FUNCTION keeps_what_it_refers_to();
"""
BY_ROW = """
DROP TRIGGER dossiers_custody_keeps_to ON dossiers_custody;
DROP TRIGGER dossiers_custody_refers ON dossiers_custody;
DROP FUNCTION dossiers_custody_refers;
DROP TRIGGER dossiers_dossier_keeps_to ON dossiers_dossier;
DROP TRIGGER dossiers_dossier_refers ON dossiers_dossier;
DROP FUNCTION dossiers_dossier_refers;
DROP FUNCTION keeps_what_it_refers_to;
DROP TRIGGER dossier_keeps_its_number ON dossiers_dossier;
DROP TRIGGER dossier_is_never_deleted ON dossiers_dossier;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0004_indexes_that_serve_an_import"),
        ("access", "0002_institutions_stay"),
        ("people", "0004_people_stay"),
    ]
    operations = [
        migrations.AlterField(
            model_name="dossier",
            name="person",
            field=models.OneToOneField(
                db_constraint=False,
                error_messages={"unique": "This person already has a dossier."},
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dossier",
                to="people.person",
            ),
        ),
        migrations.AlterField(
            model_name="custody",
            name="dossier",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="custodies",
                to="dossiers.dossier",
            ),
        ),
        migrations.AlterField(
            model_name="custody",
            name="institution",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="custodies",
                to="access.institution",
            ),
        ),
        migrations.RunSQL(BY_STATEMENT, BY_ROW),
    ]
