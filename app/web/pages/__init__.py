"""The desk in a browser: sign in, write, look, decide. Rendered here, posted back, redirected; no script is needed."""

from fastapi import APIRouter

from app.web.pages import compose, review, sign_in

router = APIRouter()
for part in (sign_in, compose, review):
    router.include_router(part.router)
