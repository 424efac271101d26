"""What an intake noted of its parcel moves to the register of arrivals."""

import django.db.models.deletion
from django.db import migrations, models


def move_to_parcels(apps, schema_editor):
    Intake = apps.get_model("intake", "Intake")
    Parcel = apps.get_model("parcels", "Parcel")
    HandOver = apps.get_model("parcels", "HandOver")
    Enclosure = apps.get_model("parcels", "Enclosure")
    for intake in Intake.objects.exclude(arrived_on=None).select_related("person").order_by("pk").iterator():
        here = {"institution_id": intake.institution_id, "carrier": intake.carrier, "waybill": intake.waybill}
        repeated = bool(intake.waybill) and Parcel.objects.filter(**here).exists()
        parcel = Parcel.objects.create(
            **here | ({"waybill": ""} if repeated else {}),
            remarks=intake.waybill if repeated else "",
            number=f"DJ-{intake.number}",
            arrived_on=intake.arrived_on,
            sender=intake.parcel_sender or intake.sender,
            seal=intake.seal or "INTACT",
            registered_by_id=intake.opened_by_id,
        )
        Parcel.objects.filter(pk=parcel.pk).update(registered_at=intake.opened_at)
        HandOver.objects.create(
            parcel=parcel, given_by="—", taken_by_id=intake.opened_by_id, at=intake.opened_at, remarks=""
        )
        Enclosure.objects.create(
            parcel=parcel,
            name=intake.person.name,
            person_id=intake.person_id,
            case_id=intake.pk,
            matched_at=intake.opened_at,
        )
        Intake.objects.filter(pk=intake.pk).update(parcel=parcel)


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0001_initial"),
        ("parcels", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="intake",
            name="parcel",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="intakes",
                to="parcels.parcel",
            ),
        ),
        migrations.RunPython(move_to_parcels, migrations.RunPython.noop),
        # What was deferred until now is checked before the columns go.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="intake", name="arrived_on"),
        migrations.RemoveField(model_name="intake", name="carrier"),
        migrations.RemoveField(model_name="intake", name="parcel_sender"),
        migrations.RemoveField(model_name="intake", name="seal"),
        migrations.RemoveField(model_name="intake", name="waybill"),
    ]
