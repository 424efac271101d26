import django.contrib.postgres.indexes
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations, models

import rendang.people.models

# The name on a custody is the person's: filled in when the row is made, changed when the person's name is.
# A row that brings its name along (the import of a roster) is not looked up.
TRIGGERS = """
CREATE FUNCTION custody_takes_the_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT person.name, person.name_pinyin, person.name_initials, person.name_pinyin_other
        INTO NEW.name, NEW.name_pinyin, NEW.name_initials, NEW.name_pinyin_other
        FROM dossiers_dossier AS dossier JOIN people_person AS person ON person.id = dossier.person_id
        WHERE dossier.id = NEW.dossier_id;
    RETURN NEW;
END $$;
CREATE TRIGGER custody_takes_the_name BEFORE INSERT ON dossiers_custody
    FOR EACH ROW WHEN (NEW.name = '') EXECUTE FUNCTION custody_takes_the_name();

CREATE FUNCTION custody_follows_the_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE dossiers_custody AS custody
        SET name = NEW.name, name_pinyin = NEW.name_pinyin, name_initials = NEW.name_initials,
            name_pinyin_other = NEW.name_pinyin_other
        FROM dossiers_dossier AS dossier
        WHERE dossier.person_id = NEW.id AND custody.dossier_id = dossier.id;
    RETURN NULL;
END $$;
CREATE TRIGGER custody_follows_the_name AFTER UPDATE ON people_person
    FOR EACH ROW WHEN (
        (OLD.name, OLD.name_pinyin, OLD.name_initials, OLD.name_pinyin_other)
        IS DISTINCT FROM (NEW.name, NEW.name_pinyin, NEW.name_initials, NEW.name_pinyin_other)
    ) EXECUTE FUNCTION custody_follows_the_name();
"""
NO_TRIGGERS = """
DROP TRIGGER custody_follows_the_name ON people_person;
DROP TRIGGER custody_takes_the_name ON dossiers_custody;
DROP FUNCTION custody_follows_the_name();
DROP FUNCTION custody_takes_the_name();
"""
# Names have many values: with the usual hundred samples PostgreSQL takes a rare beginning for a common one and reads
# the whole table (measured at a million rows: 70 ms instead of 0.5).
STATISTICS = """
ALTER TABLE dossiers_custody ALTER name_pinyin SET STATISTICS 1000, ALTER name_initials SET STATISTICS 1000,
    ALTER archive_number SET STATISTICS 1000;
ALTER INDEX custody_by_name_grams ALTER COLUMN 2 SET STATISTICS 1000;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("people", "0001_initial"),
        ("dossiers", "0001_initial"),
    ]

    operations = [
        BtreeGinExtension(),
        migrations.AddField(
            "custody", "name", models.CharField(db_default="", default="", editable=False, max_length=60)
        ),
        migrations.AddField(
            "custody", "name_pinyin", models.CharField(db_default="", default="", editable=False, max_length=120)
        ),
        migrations.AddField(
            "custody", "name_initials", models.CharField(db_default="", default="", editable=False, max_length=30)
        ),
        migrations.AddField(
            "custody", "name_pinyin_other", models.CharField(db_default="", default="", editable=False, max_length=120)
        ),
        migrations.AddIndex(
            "custody",
            django.contrib.postgres.indexes.GinIndex(
                models.F("institution"),
                rendang.people.models.NameGrams(models.F("name")),
                name="custody_by_name_grams",
            ),
        ),
        migrations.AddIndex(
            "custody",
            models.Index(
                fields=["institution", "name_pinyin"],
                name="custody_by_pinyin",
                opclasses=["int8_ops", "text_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            "custody", models.Index(fields=["institution", "name_initials"], name="custody_by_initials")
        ),
        migrations.AddIndex(
            "custody",
            models.Index(
                condition=models.Q(("name_pinyin_other", ""), _negated=True),
                fields=["institution", "name_pinyin_other"],
                name="custody_by_other_pinyin",
                opclasses=["int8_ops", "text_pattern_ops"],
            ),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(STATISTICS, migrations.RunSQL.noop),
    ]
