from django.db import migrations

# Every change of a standard gives the standards a new number, whoever writes. It comes from a sequence, which no
# rollback turns back: a number that a process has seen never stands for two different contents.
TABLES = (
    "codetable",
    "code",
    "codesynonym",
    "classificationscheme",
    "classmark",
    "policy",
    "serviceitem",
    "calendarday",
)

CREATE = """
CREATE SEQUENCE standards_version_number;
CREATE FUNCTION standards_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO standards_standardsversion (id, number) VALUES (1, nextval('standards_version_number'))
    ON CONFLICT (id) DO UPDATE SET number = excluded.number;
    RETURN NULL;
END $$;
""" + "".join(
    f"CREATE TRIGGER standards_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON standards_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION standards_changed();\n"
    for table in TABLES
)

DROP = (
    "".join(f"DROP TRIGGER standards_changed ON standards_{table};\n" for table in TABLES)
    + "DROP FUNCTION standards_changed();\nDROP SEQUENCE standards_version_number;\n"
)


class Migration(migrations.Migration):
    dependencies = [("standards", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
