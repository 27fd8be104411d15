"""The desk in a browser: sign in, write, look, decide. Rendered here, posted back, redirected; no script is needed."""

from fastapi import APIRouter

from app.web.pages import compose, phrases, review, sign_in

router = APIRouter()
for part in (sign_in, compose, review, phrases):
    router.include_router(part.router)
