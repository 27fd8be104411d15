"""The JSON API, version 1."""

from fastapi import APIRouter

from app.web.api import desk, drafts, pupils, register, system

router = APIRouter()
for part in (system, drafts, desk, register, pupils):
    router.include_router(part.router)
