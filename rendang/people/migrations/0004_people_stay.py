import django.db.models.deletion
from django.db import migrations, models

# What others refer to stays: so a reference is true for good once it was, and may be checked a statement at a time,
# by the index, whatever the statistics of a table that has just begun to fill say (docs/adr/0031).
STAYS = """
CREATE OR REPLACE FUNCTION is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never deleted and keeps its number', TG_TABLE_NAME
        USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE TRIGGER person_is_never_deleted BEFORE DELETE ON people_person
    FOR EACH ROW EXECUTE FUNCTION is_never_deleted();
CREATE TRIGGER person_keeps_its_number BEFORE UPDATE OF id ON people_person
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION is_never_deleted();
CREATE TRIGGER employer_is_never_deleted BEFORE DELETE ON people_employer
    FOR EACH ROW EXECUTE FUNCTION is_never_deleted();
CREATE TRIGGER employer_keeps_its_number BEFORE UPDATE OF id ON people_employer
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION is_never_deleted();
CREATE FUNCTION people_person_refers() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM FROM added WHERE employer_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM people_employer AS parent WHERE parent.id = added.employer_id);
    IF FOUND THEN
        RAISE EXCEPTION 'a person refers to an employer that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER people_person_refers AFTER INSERT ON people_person
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION people_person_refers();
CREATE FUNCTION people_person_refers_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM people_employer AS parent WHERE parent.id = NEW.employer_id) THEN
        RAISE EXCEPTION 'a person refers to an employer that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_person_refers_anew BEFORE UPDATE OF employer_id ON people_person
    FOR EACH ROW WHEN (NEW.employer_id IS DISTINCT FROM OLD.employer_id AND NEW.employer_id IS NOT NULL)
    EXECUTE FUNCTION people_person_refers_anew();
"""
GOES = """
DROP TRIGGER people_person_refers_anew ON people_person;
DROP FUNCTION people_person_refers_anew;
DROP TRIGGER people_person_refers ON people_person;
DROP FUNCTION people_person_refers;
DROP TRIGGER employer_keeps_its_number ON people_employer;
DROP TRIGGER employer_is_never_deleted ON people_employer;
DROP TRIGGER person_is_never_deleted ON people_person;
DROP TRIGGER person_keeps_its_number ON people_person;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_kinship")]
    operations = [
        migrations.AlterField(
            model_name="person",
            name="employer",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="people",
                to="people.employer",
                verbose_name="employer",
            ),
        ),
        migrations.RunSQL(STAYS, GOES),
    ]
