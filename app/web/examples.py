"""Worked examples of what goes in and out, for the API's description: made-up people, and ids that lead nowhere.

Tests hold every one of them against the schemas.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_SHA = "9f2c61b1a8f04ad5cfd3e2a9c1d4b6f8e07a5c3b92d1e4f60718293a4b5c6d7e"
_DIGEST = "bffa4d8dbcabb7e6c9804b89b0ee22df2ec876911a725980052979c235a8b813"
_AT = "2026-11-20T10:15:00Z"
_DRAFT_ID = "01a20275f8860445f3020a760cc2f192"
_PHOTO_ID = "01a202761c3b9d1e5f7a0b2c4d6e8f90"
KEY_ID = "01a1ff00aa00bb11cc22dd33ee44ff55"
"""The key of the school's website."""
_PUPIL_ID = "01a1fe0011223344556677889900aabb"
_BOX = {"left": 206, "top": 356, "right": 365, "bottom": 560}
_NEWS = "Year 4 built a Roman road in the playground and it held a bicycle!"
_ALT = "A row of stones and sand in a wooden frame"

# ---------------------------------------------------------------- what comes out

_NO_TEXT: Json = {
    "urls": [],
    "mentions": [],
    "hashtags": [],
    "notes": [],
    "without_names": None,
    "alt_texts_without_names": [],
}

REJECTED: Json = {
    "verdict": "reject",
    "findings": [
        {
            "rule": "names.pupil-named",
            "outcome": "reject",
            "title": "No pupil is named",
            "clause": "posting-1",
            "clause_text": "Photos are group shots where possible, and posts do not include pupils' names.",
            "message": "A pupil is named in the text (a first name on the roll beside a surname on the roll).",
            "hint": "Say “a Year 3 pupil” instead.",
            "where": {"field": "text", "start": 13, "end": 24},
            "instead": "a Year 3 pupil",
        }
    ],
    "text": {
        "weighted_length": 61,
        "weighted_reference": 61,
        "x_limit": 280,
        "policy_length": 61,
        "policy_limit": 140,
        **_NO_TEXT,
        "without_names": "Well done to a Year 3 pupil in Holly class for her volcano poem!",
    },
    "photos": [],
    "digest": _DIGEST,
    "policy": "whitehouse@3",
    "engine": "dlib-resnet-1",
    "vetted_at": _AT,
}

REFERRED: Json = {
    "verdict": "refer",
    "findings": [
        {
            "rule": "photos.individual",
            "outcome": "refer",
            "title": "Group shots",
            "clause": "posting-1",
            "clause_text": "Photos are group shots where possible, and posts do not include pupils' names.",
            "message": "One person stands alone in photo 1.",
            "hint": "Choose a photo of a group, or cover the face.",
            "where": {"photo": 0, "box": _BOX},
            "instead": None,
        }
    ],
    "text": {
        "weighted_length": 66,
        "weighted_reference": 66,
        "x_limit": 280,
        "policy_length": 66,
        "policy_limit": 140,
        **_NO_TEXT,
        "alt_texts_without_names": [None],
    },
    "photos": [
        {
            "sha256": _SHA,
            "width": 1600,
            "height": 1000,
            "composition": "individual",
            "faces": [{"box": _BOX, "height_px": 204, "identifiable": True, "possible": False, "match": None}],
            "matching": "done",
            "unseen": [],
        }
    ],
    "digest": _DIGEST,
    "policy": "whitehouse@3",
    "engine": "dlib-resnet-1",
    "vetted_at": _AT,
}

_DRAFT: Json = {
    "id": _DRAFT_ID,
    "stage": "referred",
    "verdict": "refer",
    "revision": 1,
    "text": _NEWS,
    "photos": [{"id": _PHOTO_ID, "sha256": _SHA, "alt_text": _ALT, "width": 1600, "height": 1000}],
    "classes": ["Oak"],
    "outsiders": False,
    "event_id": None,
    "account": "whitehouseps",
    "reply_to": None,
    "repost_of": None,
    "publish_at": None,
    "source_url": "https://whitehouse.example/news/roman-road",
    "author": KEY_ID,
    "digest": _DIGEST,
    "created_at": _AT,
    "updated_at": _AT,
    "report": REFERRED,
    "decisions": [],
}

_APPROVED: Json = {
    **_DRAFT,
    "stage": "approved",
    "decisions": [
        {
            "decision": "approve",
            "reason": "The family was asked and agrees.",
            "digest": _DIGEST,
            "decided_by": "01a1fe00cafe00112233445566778899",
            "decided_at": "2026-11-20T11:02:00Z",
        }
    ],
}

_PAGE: Json = {
    "items": [
        {
            "id": _DRAFT_ID,
            "stage": "referred",
            "verdict": "refer",
            "text": _NEWS,
            "photos": 1,
            "account": "whitehouseps",
            "author": KEY_ID,
            "rules": ["photos.individual"],
            "digest": _DIGEST,
            "created_at": _AT,
        }
    ],
    "next": None,
}

_DIFFERENCE: Json = {
    "added": ["A823403726417"],
    "changed": ["B823403726001"],
    "left": [],
    "problems": [{"line": 7, "detail": "UPN: the UPN's check letter is wrong: perhaps it was mistyped"}],
}

_EVENT: Json = {
    "id": "winter-fair",
    "title": "Winter Fair",
    "starts_at": "2026-11-28T14:00:00Z",
    "ends_at": "2026-11-28T17:00:00Z",
    "place": "School hall",
    "synonyms": ["Christmas fair", "fair"],
}

_ACCOUNTS: list[Json] = [
    {"handle": "whitehouseps", "classes": [], "posters": []},
    {"handle": "wpsoak", "classes": ["Oak"], "posters": [KEY_ID]},
]

_PUPIL: Json = {
    "id": _PUPIL_ID,
    "upn": "A823403726417",
    "legal_first": "Elowen",
    "legal_surname": "Fairweather",
    "preferred_first": "Ellie",
    "preferred_surname": "Fairweather",
    "year": "4",
    "class_name": "Oak",
    "left_on": None,
    "may_be_shown": True,
}

_PHRASE_IN: Json = {
    "phrase": "Grace Darling Hall",
    "about": "names",
    "reason": "Our hall is called after the lighthouse keeper's daughter.",
}
_WITHDRAWAL: Json = {"reason": "The hall has a new name."}
_PHRASE: Json = {
    "id": "01a20277aa00bb11cc22dd33ee44ff55",
    **_PHRASE_IN,
    "allowed_by": "01a1fe00cafe00112233445566778899",
    "allowed_at": _AT,
    "withdrawn_by": None,
    "withdrawn_at": None,
    "withdrawn_reason": None,
    "in_force": True,
    "why_not": None,
}
_WITHDRAWN: Json = {
    **_PHRASE,
    "withdrawn_by": "01a1fe00cafe00112233445566778899",
    "withdrawn_at": "2027-01-11T09:20:00Z",
    "withdrawn_reason": _WITHDRAWAL["reason"],
    "in_force": False,
    "why_not": "it was withdrawn",
}

_DPIA_IN: Json = {
    "reference": "DPIA-2026-07",
    "version": "1.0",
    "date": "2026-08-20",
    "dpo_opinion": "Proportionate while every parent is told and the class list serves as well.",
    "approved_by": "The governors",
    "review_due": "2027-08-20",
}
_DPIA: Json = {
    **_DPIA_IN,
    "review_overdue": False,
    "recorded_by": "01a1fe00cafe00112233445566778899",
    "recorded_at": "2026-08-21T08:00:00Z",
    "ask_anew": [],
}
_DESTRUCTION: Json = {
    "id": "01a202770011223344556677889900aa",
    "pupil": _PUPIL_ID,
    "what": "templates",
    "how_many": 2,
    "trigger": "not-valid",
    "proof": _SHA,
    "destroyed_by": "01a1fe00cafe00112233445566778899",
    "destroyed_at": _AT,
}
_PHOTO_AGE: Json = {
    "id": "01a2027700112233445566778899aabb",
    "pupil": _PUPIL_ID,
    "taken_on": "2026-09-14",
    "months": 2,
    "state": "in-use",
    "due_on": "2027-09-14",
    "lapses_on": "2027-10-26",
}
_NO_CONSENT: Json = {
    "lack": "no-written-consent",
    "contact": None,
    "message": "Nobody with parental responsibility has consented in writing.",
}
_FACES: Json = {
    "pupil": _PUPIL_ID,
    "valid": True,
    "why_not": [],
    "contacts": [{"name": "mother", "told_on": "2026-09-03", "exemption": None, "told_of_an_older_use": False}],
    "notices": [
        {
            "contact": "mother",
            "sent_on": "2026-09-03",
            "exemption": None,
            "dpia_version": "1.0",
            "recorded_by": "01a1fe00cafe00112233445566778899",
            "recorded_at": _AT,
        }
    ],
    "responses": [
        {
            "actor": "parent",
            "contact": "mother",
            "decision": "consent",
            "in_writing": True,
            "written_confirmation_pending": False,
            "received_on": "2026-09-14",
            "dpia_version": "1.0",
            "recorded_by": "01a1fe00cafe00112233445566778899",
            "recorded_at": _AT,
        }
    ],
    "photos": [_PHOTO_AGE],
}

_FORM_OUT: Json = {
    "version": 1,
    "wording": "May your child be seen in pictures that the school publishes?",
    "kept_at": _AT,
    "kept_by": KEY_ID,
}
_RECALL: Json = {
    "id": "01a2030c5be84a1f9c3d2e7f60718293",
    "draft": _DRAFT_ID,
    "pupils": [_PUPIL_ID],
    "why_found": "class",
    "opened_at": _AT,
    "outcome": None,
    "reason": "",
    "decided_by": None,
    "decided_at": None,
}
_HOLD: Json = {
    "id": "01a2035566778899aabbccddeeff0011",
    "pupil": _PUPIL_ID,
    "level": "no_publish",
    "set_by": KEY_ID,
    "set_at": _AT,
    "review_on": "2027-07-01",
    "lifted_by": None,
    "lifted_at": None,
}

_COLUMNS = {"Pupil ref": "upn", "Given": "legal_first", "Tutor": "unused"}

ANSWERS: dict[str, Any] = {
    "export_pupil": "PK…",
    "livez": {"status": "ok", "checks": {}},
    "readyz": {"status": "ok", "checks": {"database": "ok", "models": "ok", "key": "ok"}},
    "vet": REJECTED,
    "store_photo": {
        "id": _PHOTO_ID,
        "sha256": _SHA,
        "width": 1600,
        "height": 1000,
        "bytes": 214_733,
        "expires_at": "2026-11-21T10:15:00Z",
    },
    "submit_draft": _DRAFT,
    "read_draft": _DRAFT,
    "list_drafts": _PAGE,
    "queue": _PAGE,
    "decide": _APPROVED,
    "withdraw": {**_DRAFT, "stage": "withdrawn"},
    "vet_again": _DRAFT,
    "cover_photo": {**_DRAFT, "revision": 2},
    "list_allowed_phrases": {"items": [_PHRASE], "next": None},
    "allow_phrase": _PHRASE,
    "withdraw_phrase": _WITHDRAWN,
    "put_roster": {**_DIFFERENCE, "elsewhere": 0},
    "put_staff": {"added": ["Mrs Helen Grace"], "changed": [], "left": ["Mr Peter King"], "problems": []},
    "put_permissions": {**_DIFFERENCE, "lowered": []},
    "get_columns": _COLUMNS,
    "put_columns": _COLUMNS,
    "open_round": {"school_year": "2026-27", "opened_on": "2026-09-03", "due_on": "2026-09-30"},
    "put_events": {"added": ["winter-fair"], "changed": [], "left": [], "problems": []},
    "list_events": {"items": [_EVENT], "next": None},
    "put_accounts": _ACCOUNTS,
    "find_pupils": {"items": [_PUPIL], "next": None},
    "read_permissions": {
        "pupil": _PUPIL_ID,
        "school_year": "2026-27",
        "may_be_shown": False,
        "channels": [
            {"channel": "website", "state": "expired", "since": "2025-26"},
            {"channel": "social-media", "state": "refused", "since": "2026-27"},
        ],
        "history": [
            {
                "school_year": "2026-27",
                "channel": "social-media",
                "answer": "refused",
                "told_by": "mother",
                "told_on": "2026-11-20",
                "form": "form 1",
                "source": "told",
                "recorded_at": _AT,
                "recorded_by": KEY_ID,
                "current": True,
            }
        ],
    },
    "read_round": {
        "school_year": "2026-27",
        "opened_on": "2026-09-03",
        "due_on": "2026-09-30",
        "is_over": True,
        "answers_as_of": _AT,
        "not_answered": "refuse",
        "blank_means": "No answer means no: a child is shown only if the family said yes this school year.",
        "form": _FORM_OUT,
        "asked": 420,
        "unanswered": 12,
    },
    "put_permission_form": _FORM_OUT,
    "print_permission_forms": "<!doctype html>",
    "export_permission_forms": "UPN,First name,Surname,Class,Due date,Form version,Website,Social media\r\n",
    "list_unanswered": {
        "items": [
            {
                "pupil": _PUPIL_ID,
                "upn": "A823403726417",
                "name": "Ellie Fairweather",
                "class_name": "Oak",
                "due_on": "2026-09-30",
                "overdue": True,
            }
        ],
        "next": None,
    },
    "export_unanswered": "UPN,First name,Surname,Class,Due date,Overdue\r\n",
    "read_roll_call": {
        "digest": _DIGEST,
        "children": [
            {
                "pupil": _PUPIL_ID,
                "name": "Robin Marsh",
                "class_name": "Oak",
                "has_reference_photo": True,
                "likest": [{"photo": 0, "faces": [2, 0, 1]}],
            }
        ],
    },
    "read_roll_call_photo": "(the bytes of a picture)",
    "read_faces": "(the bytes of a picture)",
    "list_recalls": {"items": [_RECALL], "next": None},
    "end_recall": {
        **_RECALL,
        "outcome": "taken_down",
        "reason": "Deleted by the office at ten.",
        "decided_by": KEY_ID,
        "decided_at": "2026-11-22T10:02:00Z",
    },
    "list_holds": {"items": [_HOLD], "next": None},
    "list_holds_of_pupil": {
        "items": [_HOLD],
        "history": [{"seq": 42, "at": _AT, "by": KEY_ID, "done": "hold"}],
    },
    "set_hold": _HOLD,
    "read_hold_reason": {"id": _HOLD["id"], "reason": "A court has ordered that the address be kept secret."},
    "record_permission": {"pupil": _PUPIL_ID, "answer": "refused", "may_be_shown": False, "note": ""},
    "record_biometric_response": {"pupil": _PUPIL_ID, "valid": True},
    "add_reference_photo": {
        "id": _PHOTO_AGE["id"],
        "pupil": _PUPIL_ID,
        "box": _BOX,
        "taken_on": "2026-09-14",
    },
    "record_dpia": _DPIA,
    "read_dpia": _DPIA,
    "list_destructions": {"items": [_DESTRUCTION], "next": None},
    "list_faces_due": {"ask_anew": [_PUPIL_ID], "photos": [{**_PHOTO_AGE, "months": 12, "state": "due"}]},
    "read_biometrics": _FACES,
    "record_biometric_notices": {"pupil": _PUPIL_ID, "valid": False, "why_not": [_NO_CONSENT]},
    "list_reference_photos": {"items": [_PHOTO_AGE], "next": None},
}
"""What each operation answers when all went well, by its id."""

# ---------------------------------------------------------------- what goes in

_WORDS: Json = {"text": _NEWS}
_FORM: Json = {
    "text": _NEWS,
    "photos": ["(the bytes of road.jpg)"],
    "alt_texts": [_ALT],
    "classes": ["Oak"],
    "outsiders": False,
    "account": "whitehouseps",
}
_WITH_PHOTO: Json = {
    "text": _NEWS,
    "photos": [{"id": _PHOTO_ID, "alt_text": _ALT}],
    "classes": ["Oak"],
    "outsiders": False,
    "event_id": None,
    "account": "whitehouseps",
}
_DATED: Json = {
    **_WITH_PHOTO,
    "publish_at": "2026-11-23T08:30:00Z",
    "source_url": "https://whitehouse.example/news/roman-road",
}

_ROSTER = """UPN,Legal Forename,Preferred Forename,Legal Surname,NC Year,Reg Group,Date of Birth
A823403726417,Elowen,Ellie,Fairweather,4,Oak,19/06/2018
"""
_STAFF = """title,first,surname,role,personal_handles
Mrs,Helen,Grace,Year 3 teacher,helengrace_yr3;hgrace
"""
_PERMISSIONS = """UPN,Social Media,Website
A823403726417,Yes,No
"""
_EVENTS = """id,title,starts_at,ends_at,place,synonyms
winter-fair,Winter Fair,2026-11-28T14:00:00+00:00,2026-11-28T17:00:00+00:00,School hall,Christmas fair;fair
"""
_CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Whitehouse Primary School//EN
BEGIN:VEVENT
UID:winter-fair
DTSTAMP:20261101T090000Z
DTSTART:20261128T140000Z
DTEND:20261128T170000Z
SUMMARY:Winter Fair
LOCATION:School hall
END:VEVENT
END:VCALENDAR
"""

_TRANSFERS = """<?xml version="1.0" encoding="utf-8"?>
<CTfile><CTFpupilData><Pupil><UPN>A823403726417</UPN>
<BasicDetails><PreferredForename>Ellie</PreferredForename><MiddleNames>Rose</MiddleNames></BasicDetails>
</Pupil></CTFpupilData></CTfile>
"""

ZIP, XML = "application/zip", "application/xml"
JSON, FORM, CSV, CALENDAR = "application/json", "multipart/form-data", "text/csv", "text/calendar"

REQUESTS: dict[str, dict[str, dict[str, Any]]] = {
    "vet": {JSON: {"Words alone": _WORDS, "With a stored photo": _WITH_PHOTO}, FORM: {"With a photo": _FORM}},
    "submit_draft": {JSON: {"Words alone": _WORDS, "For a day to come": _DATED}, FORM: {"With a photo": _FORM}},
    "store_photo": {FORM: {"A photo": {"file": "(the bytes of road.jpg)", "alt_text": _ALT}}},
    "decide": {
        JSON: {
            "Approve": {
                "decision": "approve",
                "digest": _DIGEST,
                "reason": "The family was asked and agrees.",
                "answers": {_PUPIL_ID: "not-in-photo"},
            },
            "Return": {"decision": "return", "digest": _DIGEST, "reason": "Please crop the photo."},
        }
    },
    "cover_photo": {JSON: {"One face": {"boxes": [_BOX]}}},
    "end_recall": {JSON: {"Gone": {"outcome": "taken_down", "reason": "Deleted by the office at ten."}}},
    "allow_phrase": {JSON: {"A hall": _PHRASE_IN}},
    "withdraw_phrase": {JSON: {"It has served": _WITHDRAWAL}},
    "put_roster": {
        CSV: {"As SIMS exports it": _ROSTER},
        ZIP: {"A OneRoster export": "(the bytes of oneroster.zip)"},
        XML: {"A common transfer file": _TRANSFERS},
    },
    "put_columns": {JSON: {"Headings of our own": _COLUMNS}},
    "put_staff": {CSV: {"With personal handles": _STAFF}},
    "put_permissions": {CSV: {"Two channels": _PERMISSIONS}},
    "open_round": {JSON: {"September": {"opened_on": "2026-09-03", "due_on": "2026-09-30"}}},
    "put_events": {CSV: {"A fair": _EVENTS}, CALENDAR: {"A fair": _CALENDAR}},
    "put_accounts": {JSON: {"The school's and a class's": _ACCOUNTS}},
    "put_permission_form": {JSON: {"Short": {"wording": _FORM_OUT["wording"]}}},
    "set_hold": {
        JSON: {
            "Until the summer": {
                "level": "no_publish",
                "reason": "A court has ordered that the address be kept secret.",
                "review_on": "2027-07-01",
            }
        }
    },
    "record_permission": {
        JSON: {"A mother says no": {"answer": "refused", "told_by": "mother", "told_on": "2026-11-20", "form": "call"}}
    },
    "record_biometric_response": {
        JSON: {
            "A parent consents": {
                "actor": "parent",
                "decision": "consent",
                "in_writing": True,
                "received_on": "2026-09-14",
                "contact": "mother",
                "notice_sent_on": "2026-09-03",
            }
        }
    },
    "record_dpia": {JSON: {"The first": _DPIA_IN}},
    "record_biometric_notices": {
        JSON: {
            "One told, one not to be found": {
                "notices": [
                    {"contact": "mother", "sent_on": "2026-09-03"},
                    {"contact": "father", "exemption": "not_found"},
                ]
            }
        }
    },
    "add_reference_photo": {FORM: {"A portrait": {"file": "(the bytes of portrait.jpg)", "taken_on": "2026-09-14"}}},
}
"""What each operation takes, by its id, the kind of body and a name."""
