from django.db import migrations

# What others refer to stays: so a reference is true for good once it was, and may be checked a statement at a time
# (docs/adr/0031).
STAYS = """
CREATE OR REPLACE FUNCTION is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never deleted and keeps its number', TG_TABLE_NAME
        USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE TRIGGER account_is_never_deleted BEFORE DELETE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION is_never_deleted();
CREATE TRIGGER account_keeps_its_number BEFORE UPDATE OF id ON accounts_user
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION is_never_deleted();
"""
GOES = """
DROP TRIGGER account_is_never_deleted ON accounts_user;
DROP TRIGGER account_keeps_its_number ON accounts_user;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(STAYS, GOES)]
