from django.db import migrations

# Texts that no page looks for or counts by: without statistics of them ANALYZE takes a third less, which an
# import of a roster pays, since PostgreSQL counts a table anew whenever a tenth of it has changed.
TEXTS = (
    "former_name", "id_number", "id_masked", "native_place", "birth_place", "household_address", "school", "major",
    "mobile", "email", "address", "postcode", "emergency_contact", "remarks", "unknown_texts",
)  # fmt: skip
UNCOUNTED = f"ALTER TABLE people_person {', '.join(f'ALTER {column} SET STATISTICS 0' for column in TEXTS)}"
COUNTED = f"ALTER TABLE people_person {', '.join(f'ALTER {column} SET STATISTICS -1' for column in TEXTS)}"


class Migration(migrations.Migration):
    dependencies = [("people", "0007_reasons_as_codes")]
    operations = [migrations.RunSQL(UNCOUNTED, COUNTED)]
