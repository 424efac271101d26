from django.db import migrations

# Written in the language of whoever settled the conflict until now.
AS_A_CODE = """
UPDATE dossiers_custody SET ended_reason = 'conflict_settled'
WHERE status = 'ENDED' AND ended_reason IN ('Custody conflict settled', '保管冲突已裁定')
"""


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0006_one_index_by_dossier")]

    operations = [migrations.RunSQL(AS_A_CODE, migrations.RunSQL.noop)]
