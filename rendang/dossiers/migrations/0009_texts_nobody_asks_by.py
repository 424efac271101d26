from django.db import migrations

# As the texts of a person (people 0008).
TEXTS = ("received_reason", "received_from", "ended_reason", "sent_to")
UNCOUNTED = f"ALTER TABLE dossiers_custody {', '.join(f'ALTER {column} SET STATISTICS 0' for column in TEXTS)}"
COUNTED = f"ALTER TABLE dossiers_custody {', '.join(f'ALTER {column} SET STATISTICS -1' for column in TEXTS)}"


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0008_employer_by_statement")]
    operations = [migrations.RunSQL(UNCOUNTED, COUNTED)]
