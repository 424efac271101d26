from django.db import migrations

# What others refer to stays: so a reference is true for good once it was, and may be checked a statement at a time
# (docs/adr/0031).
STAYS = """
CREATE OR REPLACE FUNCTION is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never deleted and keeps its number', TG_TABLE_NAME
        USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE TRIGGER institution_is_never_deleted BEFORE DELETE ON access_institution
    FOR EACH ROW EXECUTE FUNCTION is_never_deleted();
CREATE TRIGGER institution_keeps_its_number BEFORE UPDATE OF id ON access_institution
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION is_never_deleted();
"""
GOES = """
DROP TRIGGER institution_is_never_deleted ON access_institution;
DROP TRIGGER institution_keeps_its_number ON access_institution;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunSQL(STAYS, GOES)]
