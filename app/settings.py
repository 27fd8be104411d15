"""Where the service runs and with which keys. What a school decides is policy, not settings."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _two_at_most() -> int:
    return min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


class Settings(BaseSettings):
    """Read from the environment, prefix ``FLEDGLING_``; frozen once made."""

    model_config = SettingsConfigDict(env_prefix="FLEDGLING_", frozen=True, extra="ignore")

    data_dir: Path = Field(default=Path("data"), description="Photos, key file, models and the SQLite file.")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in the data folder.")
    shared: Path = Field(default=Path("../shared"), description="Where further models and data sets may lie.")
    models_dir: Path | None = Field(default=None, description="Weights; default: models/ in the data folder.")
    embedder: str = Field(
        default="dlib",
        description="What compares faces: dlib, face_recognition, a file's name in the models folder, or two: dlib+name.",
    )
    key: SecretStr | None = Field(default=None, description="Master key, base64 of 32 bytes, in place of the key file.")
    public_url: str = Field(default="", description="The address people use, for links and cookies (https: secure).")
    session_hours: int = Field(default=12, ge=1, le=168, description="How long a signed-in session lasts.")
    idle_minutes: int = Field(default=30, ge=1, le=1440, description="How long it may lie idle.")
    photo_hours: int = Field(default=24, ge=1, le=168, description="How long an unused photo is kept.")
    look_workers: int = Field(
        default_factory=_two_at_most,
        ge=1,
        le=32,
        description="Processes that look at photos; default: two, or one core's.",
    )
    look_timeout_s: float = Field(default=60.0, gt=0, description="After which a photo counts as not looked at.")
    look_memory_mb: int = Field(default=2048, ge=512, description="The most memory one of those processes may take.")

    @property
    def url(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'fledgling.db').absolute()}"

    @property
    def models(self) -> Path:
        """The folder of the weights."""
        return self.models_dir or self.data_dir / "models"
