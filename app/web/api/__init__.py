"""The JSON API, version 1."""

from fastapi import APIRouter

from app.web.api import desk, drafts, phrases, pupils, register, system

router = APIRouter()
for part in (system, drafts, desk, phrases, register, pupils):
    router.include_router(part.router)
