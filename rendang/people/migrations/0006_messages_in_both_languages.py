from django.db import migrations, models


class Migration(migrations.Migration):
    """Messages written before stay as they are written."""

    dependencies = [
        ("people", "0005_references_by_index"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="message", name="a_message_says_something"),
        migrations.RenameField(model_name="message", old_name="text", new_name="written"),
        migrations.AlterField(
            model_name="message",
            name="written",
            field=models.CharField(blank=True, max_length=400, verbose_name="text"),
        ),
        migrations.AddField(
            model_name="message",
            name="said",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("said", []), _negated=True) | models.Q(("written", ""), _negated=True),
                name="a_message_says_something",
            ),
        ),
    ]
