"""The tables, one module per chapter. Every row belongs to a school; only ``app.store`` reads or writes them."""

from app.tables.access import IdempotencyRow, KeyRow, PersonRow, SessionRow
from app.tables.base import Base
from app.tables.desk import DecisionRow, DraftPhotoRow, DraftRow, PhotoRow, VerdictRow
from app.tables.faces import DestructionRow, DpiaRow, PupilKeyRow
from app.tables.imports import RosterColumnsRow, SourceGroupRow, SourcePupilRow, TransferNamesRow
from app.tables.keeping import LeaverRow, TombstoneRow
from app.tables.phrases import AllowedPhraseRow
from app.tables.recalls import NotShownRow, RecallRow, RecheckRow
from app.tables.register import (
    BiometricNoticeRow,
    BiometricResponseRow,
    HoldRow,
    PermissionFormRow,
    PermissionRoundRow,
    PermissionRow,
    PupilRow,
    ReferencePhotoRow,
    StaffRow,
    TemplateRow,
)
from app.tables.school import AccountRow, AuditRow, EventRow, PolicyRow, SchoolRow

__all__ = [
    "AccountRow",
    "AllowedPhraseRow",
    "AuditRow",
    "Base",
    "BiometricNoticeRow",
    "BiometricResponseRow",
    "DecisionRow",
    "DestructionRow",
    "DpiaRow",
    "DraftPhotoRow",
    "DraftRow",
    "EventRow",
    "HoldRow",
    "IdempotencyRow",
    "KeyRow",
    "LeaverRow",
    "NotShownRow",
    "PermissionFormRow",
    "PermissionRoundRow",
    "PermissionRow",
    "PersonRow",
    "PhotoRow",
    "PolicyRow",
    "PupilKeyRow",
    "PupilRow",
    "RecallRow",
    "RecheckRow",
    "ReferencePhotoRow",
    "RosterColumnsRow",
    "SchoolRow",
    "SessionRow",
    "SourceGroupRow",
    "SourcePupilRow",
    "StaffRow",
    "TemplateRow",
    "TombstoneRow",
    "TransferNamesRow",
    "VerdictRow",
]
