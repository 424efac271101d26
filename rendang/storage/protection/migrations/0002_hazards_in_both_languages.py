from django.db import migrations, models


class Migration(migrations.Migration):
    """Hazards noted before stay as they are written."""

    dependencies = [
        ("protection", "0001_initial"),
    ]

    operations = [
        migrations.RenameField(model_name="hazard", old_name="description", new_name="written"),
        migrations.AlterField(
            model_name="hazard",
            name="written",
            field=models.CharField(blank=True, max_length=400, verbose_name="text"),
        ),
        migrations.AddField(
            model_name="hazard",
            name="said",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddConstraint(
            model_name="hazard",
            constraint=models.CheckConstraint(
                condition=models.Q(("said", []), _negated=True) | models.Q(("written", ""), _negated=True),
                name="a_hazard_says_what_was_found",
            ),
        ),
    ]
