"""The yearly round's forms as a page to print: one slip a child, each on a sheet of its own."""

from __future__ import annotations

from starlette.responses import HTMLResponse

from app import register
from app.policy import Policy
from app.register.record import CHANNELS
from app.register.rounds import Forms
from app.web.pages.rendering import render
from app.web.slips import told_day

SHOWN = {
    "website": "On the school's website",
    "social-media": "On social media: the school's posts on Twitter/X",
    "press": "In newspapers and on television",
    "newsletter": "In the school's newsletter",
    "prospectus": "In the school's prospectus and brochures",
    "display": "On displays inside the school",
}
"""The channels in words for families."""


def forms_page(forms: Forms, school_name: str, policy: Policy, class_name: str | None = None) -> HTMLResponse:
    """The page, with the wording and its version, what a blank means and each child's own date; of one class if asked."""
    slips = [one for one in forms.slips if class_name is None or one.pupil.class_name == class_name]
    return render(
        "permission_forms.html",
        None,
        forms=forms,
        school=school_name,
        policy=policy.reference,
        slips=[(register.called(one.pupil), one.due_on) for one in slips],
        channels=[SHOWN[channel] for channel in CHANNELS],
        day=told_day,
    )
