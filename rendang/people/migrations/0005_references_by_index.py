from django.db import migrations

# One look-up by the index for every row, whatever the statistics say: OFFSET 0 keeps PostgreSQL from reading the whole
# table instead, as it did for the hundredth chunk of a roster whose table it still thought small (docs/adr/0031).
ROW_BY_ROW = """
CREATE OR REPLACE FUNCTION people_person_refers() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM added WHERE employer_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM people_employer AS parent WHERE parent.id = added.employer_id OFFSET 0);
    IF FOUND THEN
        RAISE EXCEPTION 'a person refers to an employer that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_people_stay")]
    operations = [migrations.RunSQL(ROW_BY_ROW, migrations.RunSQL.noop)]
