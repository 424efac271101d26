from django.db import migrations, models

# What was declared lost before this version stayed recorded as being looked for: since the decision it is lost, and
# whoever decided says so. A placement ends once and is followed by another, as by the ordinary action.
_DECIDED = """
    SELECT DISTINCT ON (place.id) place.id, place.dossier_id, place.institution_id, place.detail, place.case_id,
        greatest(coalesce(event.at, decided.closed_at, now()), place.since) AS at, coalesce(event.actor_id, place.by_id) AS by_id
    FROM storage_placement place
    JOIN workflow_case decided ON decided.id = place.case_id
        AND (decided.kind, decided.state) IN (('departure', 'LOST'), ('loan', 'REBUILDING'))
    LEFT JOIN audit_auditevent event ON event.subject_id = decided.id
        AND event.verb IN ('departure.declare_lost', 'loan.order_reconstruction')
    WHERE place.kind = 'MISSING' AND {which}
    ORDER BY place.id, event.id DESC
"""
LOST_SINCE_THE_DECISION = [
    "UPDATE storage_placement SET until = lost.at FROM ("
    + _DECIDED.format(which="place.until IS NULL")
    + ") lost WHERE lost.id = storage_placement.id",
    "INSERT INTO storage_placement (kind, thickness, dossier_id, institution_id, detail, case_id, since, by_id)"
    " SELECT 'LOST', 0, dossier_id, institution_id, detail, case_id, at, by_id FROM ("
    + _DECIDED.format(
        which="NOT EXISTS (SELECT FROM storage_placement now WHERE now.dossier_id = place.dossier_id AND now.until IS NULL)"
    )
    + ") lost",
]


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("storage", "0013_slot_and_case_by_statement"),
    ]

    operations = [
        migrations.AlterField(
            model_name="placement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("SLOT", "In its slot"),
                    ("AS_WRITTEN", "As the roster says, not yet placed"),
                    ("DESK", "At the desk"),
                    ("COURIER", "On its way"),
                    ("READING_ROOM", "In the reading room"),
                    ("BORROWER", "With a borrower"),
                    ("ELSEWHERE", "Outside the city's system"),
                    ("MISSING", "Missing, being looked for"),
                    ("LOST", "Lost for good"),
                ],
                max_length=12,
                verbose_name="place",
            ),
        ),
        migrations.RunSQL(LOST_SINCE_THE_DECISION, migrations.RunSQL.noop),
    ]
