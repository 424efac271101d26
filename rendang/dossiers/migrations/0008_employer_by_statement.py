import django.db.models.deletion
from django.db import migrations, models

# As the dossier and the institution of a custody (0005, docs/adr/0031).
BY_STATEMENT = """
CREATE OR REPLACE FUNCTION dossiers_custody_refers() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM dossiers_dossier AS parent WHERE parent.id = added.dossier_id OFFSET 0)
        OR NOT EXISTS (SELECT FROM access_institution AS parent WHERE parent.id = added.institution_id)
        OR employer_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM people_employer AS parent WHERE parent.id = added.employer_id OFFSET 0);
    IF FOUND THEN
        RAISE EXCEPTION 'a custody refers to a dossier, an institution or an employer that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION dossiers_custody_refers_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM people_employer AS parent WHERE parent.id = NEW.employer_id) THEN
        RAISE EXCEPTION 'a custody refers to an employer that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dossiers_custody_refers_anew BEFORE UPDATE OF employer_id ON dossiers_custody
    FOR EACH ROW WHEN (NEW.employer_id IS DISTINCT FROM OLD.employer_id AND NEW.employer_id IS NOT NULL)
    EXECUTE FUNCTION dossiers_custody_refers_anew();
"""
BY_ROW = """
DROP TRIGGER dossiers_custody_refers_anew ON dossiers_custody;
DROP FUNCTION dossiers_custody_refers_anew;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0007_reason_of_leaving_as_a_code"),
        ("people", "0004_people_stay"),
    ]
    operations = [
        migrations.AlterField(
            model_name="custody",
            name="employer",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="custodies",
                to="people.employer",
            ),
        ),
        migrations.RunSQL(BY_STATEMENT, BY_ROW),
    ]
