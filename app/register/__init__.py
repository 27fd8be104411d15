"""The school's register: who is on roll, who may be shown, whose faces may be on record, and its snapshot for vetting.

Every change is one short transaction that leaves the register a new version where it matters.
"""

from app.register.biometrics import (
    ConsentMissing,
    Reembedded,
    ReferencePhotoRefused,
    add_reference_photo,
    embed_again,
    record_notices,
    record_response,
)
from app.register.erasure import erase_pupil, purge_leavers
from app.register.holds import lift_hold, read_hold_reason, set_hold
from app.register.lists import import_events, import_staff, plan_staff, put_accounts
from app.register.office import Difference, FileRefused, Office, RollWouldShrink
from app.register.permissions import (
    PermissionPlan,
    Standing,
    Word,
    import_permissions,
    open_round,
    plan_permissions,
    record_permission,
)
from app.register.phrases import (
    ListedPhrase,
    PhraseIsAName,
    Wanted,
    allow_phrase,
    list_phrases,
    unused_phrases,
    withdraw_phrase,
)
from app.register.roster import RosterPlan, import_roster, plan_roster
from app.register.snapshots import snapshot
from app.register.validity import biometric_valid
from app.register.wishes import not_shown, school_year_name, school_years, standing_answer

__all__ = [
    "ConsentMissing",
    "Difference",
    "FileRefused",
    "ListedPhrase",
    "Office",
    "PermissionPlan",
    "PhraseIsAName",
    "Reembedded",
    "ReferencePhotoRefused",
    "RollWouldShrink",
    "RosterPlan",
    "Standing",
    "Wanted",
    "Word",
    "add_reference_photo",
    "allow_phrase",
    "biometric_valid",
    "embed_again",
    "erase_pupil",
    "import_events",
    "import_permissions",
    "import_roster",
    "import_staff",
    "lift_hold",
    "list_phrases",
    "not_shown",
    "open_round",
    "plan_permissions",
    "plan_roster",
    "plan_staff",
    "purge_leavers",
    "put_accounts",
    "read_hold_reason",
    "record_notices",
    "record_permission",
    "record_response",
    "school_year_name",
    "school_years",
    "set_hold",
    "snapshot",
    "standing_answer",
    "unused_phrases",
    "withdraw_phrase",
]
