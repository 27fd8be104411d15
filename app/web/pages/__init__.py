"""The desk in a browser: sign in, write, look, decide. Rendered here, posted back, redirected; no script is needed."""

from fastapi import APIRouter, Depends

from app.web import reaching
from app.web.pages import compose, dpia, faces, holds, no, phrases, recalls, review, rounds, sign_in

router = APIRouter(dependencies=[Depends(reaching.afterwards)])
for part in (sign_in, compose, review, recalls, phrases, no, rounds, holds, faces, dpia):
    router.include_router(part.router)
