import django.db.models.deletion
from django.db import migrations, models

# One look-up by the index for every row, whatever the statistics say: OFFSET 0 keeps PostgreSQL from reading the whole
# table instead, as it did for the hundredth chunk of a roster whose table it still thought small (docs/adr/0031).
ROW_BY_ROW = """
CREATE OR REPLACE FUNCTION dossiers_dossier_refers() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM people_person AS parent WHERE parent.id = added.person_id OFFSET 0);
    IF FOUND THEN
        RAISE EXCEPTION 'a dossier refers to a person that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION dossiers_custody_refers() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM added WHERE NOT EXISTS (SELECT FROM dossiers_dossier AS parent WHERE parent.id = added.dossier_id OFFSET 0)
        OR NOT EXISTS (SELECT FROM access_institution AS parent WHERE parent.id = added.institution_id);
    IF FOUND THEN
        RAISE EXCEPTION 'a custody refers to a dossier or an institution that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_institutions_stay"),
        ("dossiers", "0005_references_by_statement"),
        ("people", "0004_people_stay"),
    ]

    operations = [
        migrations.RunSQL(ROW_BY_ROW, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="custody",
            name="one_keeper_per_dossier",
        ),
        migrations.AlterField(
            model_name="custody",
            name="dossier",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="custodies",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddConstraint(
            model_name="custody",
            constraint=models.UniqueConstraint(
                models.F("dossier"),
                models.Case(
                    models.When(status="HELD", then=0), default=models.F("id"), output_field=models.BigIntegerField()
                ),
                name="one_keeper_per_dossier",
                violation_error_message="Another institution holds this dossier.",
            ),
        ),
    ]
