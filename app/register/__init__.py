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
    remove_reference_photo,
)
from app.register.child_keys import reseal
from app.register.columns import check_columns, put_columns, read_columns
from app.register.dpia import DpiaMissing, DpiaWouldDestroy, read_dpia, record_dpia, to_ask_anew
from app.register.erasure import erase_pupil, purge_leavers, replay_erasures
from app.register.faces import FaceRecord, PhotoOnRecord, enrolled_pupils, photos_due, read_faces
from app.register.finding import Called, called, child_called, find_called
from app.register.forms import keep_form
from app.register.holds import (
    end_unnamed_no,
    hold_history,
    holds_of,
    lift_hold,
    list_holds,
    read_hold_reason,
    set_hold,
)
from app.register.lists import import_events, import_staff, plan_staff, put_accounts
from app.register.office import Difference, FileRefused, Office, RollWouldShrink
from app.register.oneroster import import_oneroster
from app.register.permissions import (
    Move,
    PermissionPlan,
    Standing,
    Word,
    forbids_posts,
    import_permissions,
    moved_answers,
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
from app.register.record import PupilRecord, read_record
from app.register.retention import Purged, purge, purge_daily, would_purge
from app.register.roster import Manner, RosterPlan, import_roster, plan_roster
from app.register.rounds import Forms, RoundState, Slip, read_forms, read_round, unanswered
from app.register.silence import adopt_policy
from app.register.snapshots import snapshot
from app.register.transfers import import_transfers
from app.register.validity import biometric_valid
from app.register.wishes import NO, NOT_NOTED, not_shown, school_year_name, school_years, standing_answer

__all__ = [
    "NO",
    "NOT_NOTED",
    "Called",
    "ConsentMissing",
    "Difference",
    "DpiaMissing",
    "DpiaWouldDestroy",
    "FaceRecord",
    "FileRefused",
    "Forms",
    "ListedPhrase",
    "Manner",
    "Move",
    "Office",
    "PermissionPlan",
    "PhotoOnRecord",
    "PhraseIsAName",
    "PupilRecord",
    "Purged",
    "Reembedded",
    "ReferencePhotoRefused",
    "RollWouldShrink",
    "RosterPlan",
    "RoundState",
    "Slip",
    "Standing",
    "Wanted",
    "Word",
    "add_reference_photo",
    "adopt_policy",
    "allow_phrase",
    "biometric_valid",
    "called",
    "check_columns",
    "child_called",
    "embed_again",
    "end_unnamed_no",
    "enrolled_pupils",
    "erase_pupil",
    "find_called",
    "forbids_posts",
    "hold_history",
    "holds_of",
    "import_events",
    "import_oneroster",
    "import_permissions",
    "import_roster",
    "import_staff",
    "import_transfers",
    "keep_form",
    "lift_hold",
    "list_holds",
    "list_phrases",
    "moved_answers",
    "not_shown",
    "open_round",
    "photos_due",
    "plan_permissions",
    "plan_roster",
    "plan_staff",
    "purge",
    "purge_daily",
    "purge_leavers",
    "put_accounts",
    "put_columns",
    "read_columns",
    "read_dpia",
    "read_faces",
    "read_forms",
    "read_hold_reason",
    "read_record",
    "read_round",
    "record_dpia",
    "record_notices",
    "record_permission",
    "record_response",
    "remove_reference_photo",
    "replay_erasures",
    "reseal",
    "school_year_name",
    "school_years",
    "set_hold",
    "snapshot",
    "standing_answer",
    "to_ask_anew",
    "unanswered",
    "unused_phrases",
    "withdraw_phrase",
    "would_purge",
]
