"""The tables, one module per chapter. Every row belongs to a school; only ``app.store`` reads or writes them."""

from app.tables.access import IdempotencyRow, KeyRow, PersonRow, SessionRow
from app.tables.base import Base
from app.tables.connections import ConnectingRow, ConnectionRow
from app.tables.desk import DecisionRow, DraftPhotoRow, DraftRow, PhotoRow, VerdictRow
from app.tables.exchange import DeliveryRow, FeedItemRow, FeedRow, WebhookRow
from app.tables.faces import DestructionRow, DpiaRow, PupilKeyRow
from app.tables.imports import RosterColumnsRow, SourceGroupRow, SourcePupilRow, TransferNamesRow
from app.tables.keeping import LeaverRow, TombstoneRow
from app.tables.people import AccountDecisionRow, DepartureRow, IdentityRow, PostingRequestRow
from app.tables.phrases import AllowedPhraseRow
from app.tables.publishing import AttemptRow, HoldingRow, OutgoingEventRow, PublicationRow
from app.tables.queue import DeputyRow, DraftLockRow, NoticeRow, NoticeWishRow, ToldRow
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
from app.tables.review import ComparisonRow, EscalationRow
from app.tables.school import AccountRow, AuditRow, EventRow, PolicyRow, SchoolRow
from app.tables.signing_in import KeptFormRow, OneTimeLinkRow, RecoveryCodeRow, SecondFactorRow, SignInWaitRow
from app.tables.unfinished import UnfinishedRow

__all__ = [
    "AccountDecisionRow",
    "AccountRow",
    "AllowedPhraseRow",
    "AttemptRow",
    "AuditRow",
    "Base",
    "BiometricNoticeRow",
    "BiometricResponseRow",
    "ComparisonRow",
    "ConnectingRow",
    "ConnectionRow",
    "DecisionRow",
    "DeliveryRow",
    "DepartureRow",
    "DeputyRow",
    "DestructionRow",
    "DpiaRow",
    "DraftLockRow",
    "DraftPhotoRow",
    "DraftRow",
    "EscalationRow",
    "EventRow",
    "FeedItemRow",
    "FeedRow",
    "HoldRow",
    "HoldingRow",
    "IdempotencyRow",
    "IdentityRow",
    "KeptFormRow",
    "KeyRow",
    "LeaverRow",
    "NotShownRow",
    "NoticeRow",
    "NoticeWishRow",
    "OneTimeLinkRow",
    "OutgoingEventRow",
    "PermissionFormRow",
    "PermissionRoundRow",
    "PermissionRow",
    "PersonRow",
    "PhotoRow",
    "PolicyRow",
    "PostingRequestRow",
    "PublicationRow",
    "PupilKeyRow",
    "PupilRow",
    "RecallRow",
    "RecheckRow",
    "RecoveryCodeRow",
    "ReferencePhotoRow",
    "RosterColumnsRow",
    "SchoolRow",
    "SecondFactorRow",
    "SessionRow",
    "SignInWaitRow",
    "SourceGroupRow",
    "SourcePupilRow",
    "StaffRow",
    "TemplateRow",
    "ToldRow",
    "TombstoneRow",
    "TransferNamesRow",
    "UnfinishedRow",
    "VerdictRow",
    "WebhookRow",
]
