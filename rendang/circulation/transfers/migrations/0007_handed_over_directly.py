import django.db.models.deletion
from django.db import migrations, models


def say_handed_over(apps, schema_editor):
    """What two people fetched before this state had a name of its own."""
    departures = apps.get_model("transfers", "Departure").objects.filter(carrier="direct", state="CONFIRMED")
    keys = list(departures.values_list("pk", flat=True))
    departures.filter(pk__in=keys).update(is_fetched=True)
    apps.get_model("workflow", "Case").objects.filter(pk__in=keys).update(state="HANDED_OVER")


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0003_submitted_papers"),
        ("transfers", "0006_requests_passed_on"),
    ]

    operations = [
        migrations.AddField(
            model_name="departure",
            name="is_fetched",
            field=models.BooleanField(
                default=False, editable=False, verbose_name="two people of the receiver fetch it"
            ),
        ),
        migrations.AddField(
            model_name="departure",
            name="slip_file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
            ),
        ),
        migrations.RunPython(say_handed_over, migrations.RunPython.noop, elidable=True),
    ]
