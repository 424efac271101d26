import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0003_submitted_papers"),
        ("household", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="pageloan",
            name="slip_file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
            ),
        ),
    ]
