from django.db import migrations

# Written in the language of whoever sent or received the others until now.
AS_A_CODE = """
UPDATE transfers_departingdossier SET note = 'another_institution_s'
WHERE outcome = 'STAYED'
    AND note IN ('It turned out to be another institution''s.', '经核实该档案由其他机构保管。')
"""


class Migration(migrations.Migration):
    dependencies = [("transfers", "0009_asked_inside_the_city")]

    operations = [migrations.RunSQL(AS_A_CODE, migrations.RunSQL.noop)]
