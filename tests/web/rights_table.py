"""Who may open what: a row for every route. A new route without one fails; so does a row whose route is gone."""

from __future__ import annotations

from app.web.security import ROLES

NOBODY = "nobody"

WORDS = {
    "everybody": {*ROLES, NOBODY},
    "staff": set(ROLES),
    "writers": {"author", "approver", "office", "dsl", "administrator"},
    "reviewers": {"approver", "dsl", "administrator"},
    "registrars": {"office", "dsl", "administrator"},
    "auditors": {"dpo", "administrator"},
    "none": set(),
}
"""What rows say in place of lists of roles."""

_TABLE = """
GET    /                                                                  staff
GET    /account                                                           staff
POST   /account/password                                                  staff
POST   /account/recovery-codes                                            staff
GET    /account/second-factor                                             staff
POST   /account/second-factor/off                                         colleague author office
POST   /account/sessions                                                  staff
GET    /accounts                                                          reviewers registrars
POST   /accounts                                                          administrator
POST   /accounts/{handle}                                                 administrator
POST   /accounts/{handle}/close                                           administrator
GET    /allowed-phrases                                                   reviewers
POST   /allowed-phrases/{phrase_id}/withdraw                              reviewers
GET    /ask-to-post                                                       staff
POST   /ask-to-post                                                       staff
GET    /audit                                                             auditors
GET    /audit/kept                                                        auditors
GET    /audit/lines.csv                                                   auditors
POST   /audit/verify                                                      auditors
GET    /compose                                                           writers
POST   /compose                                                           writers
POST   /compose/check                                                     writers
POST   /compose/fix                                                       writers
POST   /compose/keep                                                      writers
POST   /compose/live                                                      writers
POST   /compose/photos                                                    writers
GET    /compose/photos/{token}/{photo_id}                                 writers
POST   /compose/save                                                      writers
GET    /compose/session                                                   writers
POST   /compose/unfinished/{unfinished_id}/throw-away                     writers
POST   /compose/without-names/{draft_id}                                  writers
GET    /connections                                                       administrator
GET    /connections/callback                                              administrator
POST   /connections/{handle}/connect                                      administrator
POST   /connections/{handle}/keys                                         administrator
POST   /connections/{handle}/way                                          administrator
GET    /dpia                                                              auditors
POST   /dpia                                                              administrator
GET    /drafts                                                            writers
GET    /drafts/{draft_id}                                                 staff
POST   /drafts/{draft_id}/allowed-phrases                                 reviewers
GET    /drafts/{draft_id}/comparisons                                     staff
POST   /drafts/{draft_id}/comparisons                                     reviewers
GET    /drafts/{draft_id}/decision                                        staff
POST   /drafts/{draft_id}/decision                                        reviewers
GET    /drafts/{draft_id}/escalation                                      staff
POST   /drafts/{draft_id}/escalation                                      reviewers
GET    /drafts/{draft_id}/photos/{number}/cover                           staff
POST   /drafts/{draft_id}/photos/{number}/cover                           staff
GET    /drafts/{draft_id}/previous                                        reviewers
GET    /drafts/{draft_id}/take-over                                       staff
POST   /drafts/{draft_id}/take-over                                       reviewers
GET    /drafts/{draft_id}/vet                                             staff
POST   /drafts/{draft_id}/vet                                             staff
GET    /events                                                            writers
GET    /faces                                                             registrars auditors
GET    /faces/{pupil_id}                                                  registrars auditors
POST   /faces/{pupil_id}/notices                                          registrars
POST   /faces/{pupil_id}/photos                                           registrars
POST   /faces/{pupil_id}/photos/{photo_id}/remove                         registrars
POST   /faces/{pupil_id}/refusal                                          registrars
POST   /faces/{pupil_id}/responses                                        registrars
GET    /feeds                                                             administrator
POST   /feeds                                                             administrator
POST   /feeds/{feed_id}/end                                               administrator
GET    /forgotten                                                         everybody
GET    /holds                                                             dsl
GET    /imports                                                           registrars
POST   /imports/roster/{token}/columns                                    registrars
POST   /imports/{kind}                                                    registrars
GET    /imports/{kind}/{token}                                            registrars
POST   /imports/{kind}/{token}/apply                                      registrars
POST   /imports/{kind}/{token}/drop                                       registrars
GET    /new-password                                                      staff
POST   /new-password                                                      staff
GET    /notifications                                                     writers
POST   /notifications                                                     writers
POST   /notifications/deputies                                            reviewers
POST   /notifications/deputies/{absence_id}/end                           reviewers
POST   /notifications/test                                                administrator
GET    /people                                                            reviewers
POST   /people                                                            administrator
POST   /people/departures/{departure_id}                                  administrator
GET    /people/{person_id}                                                administrator
POST   /people/{person_id}/end-sessions                                   administrator
POST   /people/{person_id}/forget-account                                 administrator
POST   /people/{person_id}/invite                                         administrator
POST   /people/{person_id}/leave                                          administrator
POST   /people/{person_id}/reset-second-factor                            administrator
POST   /people/{person_id}/return                                         administrator
POST   /people/{person_id}/role                                           administrator
GET    /permission-round                                                  registrars
POST   /permission-round                                                  registrars
GET    /permission-round/answers                                          registrars
POST   /permission-round/answers/{pupil_id}                               registrars
POST   /permission-round/form                                             registrars
GET    /permission-round/forms                                            registrars
GET    /permission-round/forms.csv                                        registrars
GET    /permission-round/unanswered                                       registrars
GET    /permission-round/unanswered.csv                                   registrars
GET    /pictures/{mark}/{draft_id}/children/{pupil_id}                    reviewers
GET    /pictures/{mark}/{draft_id}/{revision}/{number}/covered            staff
GET    /pictures/{mark}/{draft_id}/{revision}/{number}/faces              reviewers
GET    /pictures/{mark}/{draft_id}/{revision}/{number}/faces/{face}       reviewers
GET    /pictures/{mark}/{draft_id}/{revision}/{number}/{size}             staff
GET    /policy                                                            staff
POST   /policy                                                            administrator
GET    /policy/new/{token}                                                administrator
POST   /policy/new/{token}                                                administrator
GET    /policy/service                                                    administrator
GET    /policy/versions/{version}                                         staff
GET    /policy/versions/{version}/policy.toml                             staff
GET    /posting-requests                                                  reviewers
POST   /posting-requests/{request_id}                                     reviewers
GET    /publications                                                      reviewers
GET    /publications/{draft_id}                                           reviewers
POST   /publications/{draft_id}/begin                                     reviewers
POST   /publications/{draft_id}/not-posted                                reviewers
GET    /publications/{draft_id}/photos/{number}                           reviewers
POST   /publications/{draft_id}/plan                                      reviewers
POST   /publications/{draft_id}/posted                                    reviewers
POST   /publications/{draft_id}/take-down                                 reviewers
POST   /publications/{draft_id}/take-off                                  reviewers
POST   /publications/{draft_id}/taken-down                                reviewers
POST   /publishing/go-on                                                  reviewers
POST   /publishing/pause                                                  reviewers
GET    /pupils                                                            registrars auditors
GET    /pupils/class-list                                                 registrars
GET    /pupils/{pupil_id}                                                 registrars auditors
POST   /pupils/{pupil_id}/erase                                           registrars
POST   /pupils/{pupil_id}/export                                          auditors dsl
GET    /pupils/{pupil_id}/holds                                           dsl
POST   /pupils/{pupil_id}/holds                                           dsl
POST   /pupils/{pupil_id}/holds/{hold_id}/lift                            dsl
POST   /pupils/{pupil_id}/holds/{hold_id}/reason                          dsl
POST   /pupils/{pupil_id}/permission                                      registrars
POST   /pupils/{pupil_id}/unnamed-no/end                                  dsl
GET    /queue                                                             reviewers
POST   /queue/locks/{draft_id}                                            reviewers
POST   /queue/locks/{draft_id}/release                                    reviewers
POST   /queue/locks/{draft_id}/take-over                                  reviewers
GET    /queue/next                                                        reviewers
GET    /recalls                                                           reviewers
POST   /recalls/{recall_id}                                               reviewers
GET    /rules                                                             staff
GET    /say-no                                                            writers
GET    /say-no/{pupil_id}                                                 writers
POST   /say-no/{pupil_id}                                                 writers
GET    /second-factor                                                     staff
POST   /second-factor                                                     staff
POST   /second-factor/set-up                                              none
GET    /sign-in                                                           everybody
GET    /sign-in/provider                                                  everybody
GET    /sign-in/provider/callback                                         everybody
GET    /staff                                                             registrars
GET    /trust                                                             trust
POST   /trust/schools                                                     trust
PUT    /v1/accounts                                                       registrars
GET    /v1/allowed-phrases                                                reviewers
POST   /v1/allowed-phrases                                                reviewers
POST   /v1/allowed-phrases/{phrase_id}/withdraw                           reviewers
GET    /v1/destructions                                                   auditors
GET    /v1/dpia                                                           administrator
PUT    /v1/dpia                                                           administrator
GET    /v1/drafts                                                         writers
POST   /v1/drafts                                                         writers
GET    /v1/drafts/{draft_id}                                              writers
POST   /v1/drafts/{draft_id}/decision                                     reviewers
POST   /v1/drafts/{draft_id}/photos/{number}/cover                        staff
GET    /v1/drafts/{draft_id}/photos/{number}/faces                        reviewers
GET    /v1/drafts/{draft_id}/publication                                  writers
PUT    /v1/drafts/{draft_id}/publication                                  reviewers
POST   /v1/drafts/{draft_id}/publication/not-posted                       reviewers
POST   /v1/drafts/{draft_id}/publication/posted                           reviewers
POST   /v1/drafts/{draft_id}/publication/take-down                        reviewers
POST   /v1/drafts/{draft_id}/publication/take-off                         reviewers
POST   /v1/drafts/{draft_id}/publication/taken-down                       reviewers
GET    /v1/drafts/{draft_id}/roll-call                                    reviewers
GET    /v1/drafts/{draft_id}/roll-call/{pupil_id}/reference-photo         reviewers
POST   /v1/drafts/{draft_id}/vet                                          writers
POST   /v1/drafts/{draft_id}/withdraw                                     writers
GET    /v1/events                                                         writers
PUT    /v1/events                                                         registrars
GET    /v1/faces-due                                                      registrars
GET    /v1/holds                                                          dsl
DELETE /v1/holds/{hold_id}                                                dsl
GET    /v1/permission-round                                               registrars
PUT    /v1/permission-round                                               registrars
PUT    /v1/permission-round/form                                          registrars
GET    /v1/permission-round/forms                                         registrars
GET    /v1/permission-round/forms.csv                                     registrars
GET    /v1/permission-round/unanswered                                    registrars
GET    /v1/permission-round/unanswered.csv                                registrars
PUT    /v1/permissions                                                    registrars
POST   /v1/photos                                                         writers
GET    /v1/publications                                                   reviewers
GET    /v1/publishing                                                     reviewers
PUT    /v1/publishing                                                     reviewers
GET    /v1/pupils                                                         registrars
DELETE /v1/pupils/{pupil_id}                                              registrars
POST   /v1/pupils/{pupil_id}/biometric-notices                            registrars
POST   /v1/pupils/{pupil_id}/biometric-response                           writers
GET    /v1/pupils/{pupil_id}/biometrics                                   registrars
GET    /v1/pupils/{pupil_id}/export                                       auditors dsl
GET    /v1/pupils/{pupil_id}/holds                                        dsl
POST   /v1/pupils/{pupil_id}/holds                                        dsl
GET    /v1/pupils/{pupil_id}/holds/{hold_id}/reason                       dsl
GET    /v1/pupils/{pupil_id}/permissions                                  registrars
POST   /v1/pupils/{pupil_id}/publication-permission                       writers
GET    /v1/pupils/{pupil_id}/reference-photos                             registrars
POST   /v1/pupils/{pupil_id}/reference-photos                             registrars
DELETE /v1/pupils/{pupil_id}/reference-photos/{photo_id}                  registrars
DELETE /v1/pupils/{pupil_id}/unnamed-no                                   dsl
GET    /v1/queue                                                          reviewers
GET    /v1/recalls                                                        reviewers
POST   /v1/recalls/{recall_id}/outcome                                    reviewers
PUT    /v1/roster                                                         registrars
GET    /v1/roster/columns                                                 registrars
PUT    /v1/roster/columns                                                 registrars
PUT    /v1/staff                                                          registrars
POST   /v1/vet                                                            writers
GET    /webhooks                                                          administrator
POST   /webhooks                                                          administrator
GET    /webhooks/{webhook_id}                                             administrator
POST   /webhooks/{webhook_id}/active                                      administrator
POST   /webhooks/{webhook_id}/deliveries/{delivery_id}/again              administrator
POST   /webhooks/{webhook_id}/secret                                      administrator
POST   /webhooks/{webhook_id}/test                                        administrator
GET    /welcome/{token}                                                   everybody
"""
"""The door opens; what is behind it may still be somebody else's: a draft of another is not found."""

UNSIGNED = {("POST", "/sign-in"), ("POST", "/forgotten"), ("POST", "/welcome/{token}")}
"""Forms of people who are not signed in yet: there is no token, and only our own pages may send them."""

NOT_ASKED = UNSIGNED | {("POST", "/sign-out")}
"""Doors that answer everybody alike."""

WITHOUT_TOKEN: set[tuple[str, str]] = set()
"""Routes of pages that are called by machines, with a signature of their own."""


def _rows() -> dict[tuple[str, str], set[str]]:
    rows: dict[tuple[str, str], set[str]] = {}
    for line in _TABLE.strip().splitlines():
        method, path, *roles = line.split()
        rows[method, path] = set().union(*(WORDS.get(role, {role}) for role in roles))
    return rows


RIGHTS = _rows()
"""By method and path as the route says it: the roles that get in."""
