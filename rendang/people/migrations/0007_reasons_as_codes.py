from django.db import migrations

# Written in the language of whoever put the person on record until now.
AS_A_CODE = """
UPDATE people_otheridentity SET reason = 'given_with_15_digits'
WHERE reason IN ('Given with 15 digits', '原为 15 位号码')
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0006_messages_in_both_languages")]

    operations = [migrations.RunSQL(AS_A_CODE, migrations.RunSQL.noop)]
