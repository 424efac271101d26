from django.db import migrations

# What others refer to stays: so a reference is true for good once it was, and may be checked a statement at a time
# (docs/adr/0031).
STAYS = """
CREATE OR REPLACE FUNCTION is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never deleted and keeps its number', TG_TABLE_NAME
        USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE TRIGGER case_is_never_deleted BEFORE DELETE ON workflow_case
    FOR EACH ROW EXECUTE FUNCTION is_never_deleted();
CREATE TRIGGER case_keeps_its_number BEFORE UPDATE OF id ON workflow_case
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION is_never_deleted();
"""
GOES = """
DROP TRIGGER case_is_never_deleted ON workflow_case;
DROP TRIGGER case_keeps_its_number ON workflow_case;
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0002_case_dossier")]
    operations = [migrations.RunSQL(STAYS, GOES)]
