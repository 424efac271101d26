from django.db import migrations

# Intakes opened before this version carry an earlier dossier of the person's, and so opened it, whoever keeps it since.
LET_GO = """
UPDATE workflow_case SET dossier_id = NULL
FROM intake_intake
WHERE case_ptr_id = workflow_case.id AND closed_at IS NULL AND custody_id IS NULL AND dossier_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0006_replaced_letters")]

    operations = [migrations.RunSQL(LET_GO, migrations.RunSQL.noop)]
