"""The tables, one module per chapter. Every row belongs to a school; only ``app.store`` reads or writes them."""

from app.tables.access import IdempotencyRow, KeyRow, PersonRow, SessionRow
from app.tables.base import Base
from app.tables.desk import DecisionRow, DraftPhotoRow, DraftRow, PhotoRow, VerdictRow
from app.tables.phrases import AllowedPhraseRow
from app.tables.register import (
    BiometricNoticeRow,
    BiometricResponseRow,
    HoldRow,
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
    "DraftPhotoRow",
    "DraftRow",
    "EventRow",
    "HoldRow",
    "IdempotencyRow",
    "KeyRow",
    "PermissionRoundRow",
    "PermissionRow",
    "PersonRow",
    "PhotoRow",
    "PolicyRow",
    "PupilRow",
    "ReferencePhotoRow",
    "SchoolRow",
    "SessionRow",
    "StaffRow",
    "TemplateRow",
    "VerdictRow",
]
