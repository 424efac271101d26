# Placeholder by the founder so that everything imports; the dossiers helper replaces it. Others call:
# ensure_dossier(person, *, by) -> Dossier; ensure_volumes(dossier, *, principal, duplicate, by);
# take_custody(dossier, institution, *, by, archive_number=None, archive_type, received_on, received_reason, received_from) -> Custody
# hand_over_custody(dossier, to_institution, *, by, reason) -> Custody (the new one); CONFLICT_STEPS = {"keep": keep, "move": move}(finding=)
CONFLICT_STEPS: dict = {}
