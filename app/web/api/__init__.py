"""The JSON API, version 1."""

from fastapi import APIRouter, Depends

from app.web import reaching
from app.web.api import (
    columns,
    desk,
    drafts,
    faces,
    holds,
    keeping,
    permissions,
    phrases,
    publishing,
    pupils,
    recalls,
    register,
    roll_call,
    system,
)

router = APIRouter(dependencies=[Depends(reaching.afterwards)])
for part in (
    system,
    drafts,
    desk,
    roll_call,
    publishing,
    recalls,
    phrases,
    register,
    pupils,
    permissions,
    holds,
    faces,
    keeping,
    columns,
):
    router.include_router(part.router)
