"""Where the service runs and with which keys. What a school decides is policy, not settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)


def _two_at_most() -> int:
    return min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


class Settings(BaseSettings):
    """Read from the environment, prefix ``FLEDGLING_``; frozen once made.

    What is not there is looked for in the folder that ``FLEDGLING_SECRETS_DIR`` names, a file each, such as ``fledgling_key``.
    """

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
    oidc_issuer: str = Field(default="", description="OpenID Connect: the provider's issuer; empty: not offered.")
    oidc_client_id: str = Field(default="", description="OpenID Connect: this service's id at the provider.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="OpenID Connect: its secret there.")
    oidc_label: str = Field(
        default="your school account", description="OpenID Connect: what the button says after 'Sign in with'."
    )
    oidc_roles: dict[str, str] = Field(
        default_factory=dict,
        description='OpenID Connect: roles by group or app role, as JSON: {"<group id>": "approver"}.',
    )
    oidc_domain: str = Field(
        default="", description="OpenID Connect: the e-mail domains and Microsoft tenant ids let in, comma separated."
    )
    oidc_second_factor: Literal["ours", "provider"] = Field(
        default="ours", description="OpenID Connect: 'provider' trusts that it always asks for a second factor."
    )
    x_client_id: str = Field(default="", description="The app's client id at X; empty: accounts connect by four keys.")
    x_client_secret: SecretStr | None = Field(default=None, description="Its secret, where the app has one.")
    x_api: str = Field(default="https://api.x.com", description="Where X's interface is.")
    x_authorize: str = Field(default="https://x.com/i/oauth2/authorize", description="Where people connect an account.")
    private_hosts: frozenset[str] = Field(
        default=frozenset(), description="Hosts in the school's own network that webhooks and feeds may lead to."
    )
    photo_hours: int = Field(default=24, ge=1, le=168, description="How long an unused photo is kept.")
    look_workers: int = Field(
        default_factory=_two_at_most,
        ge=1,
        le=32,
        description="Processes that look at photos; default: two, or one core's.",
    )
    look_timeout_s: float = Field(default=60.0, gt=0, description="After which a photo counts as not looked at.")
    smtp_host: str = Field(default="", description="The server that sends the school's mail; empty: none is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port: 587 with starttls, 465 with tls.")
    smtp_user: str = Field(default="", description="Who signs in there; empty: nobody has to.")
    smtp_password: SecretStr | None = Field(default=None, description="Their password.")
    smtp_sender: str = Field(default="", description="The address that mails come from.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(default="starttls", description="How the line is guarded.")
    smtp_ca_file: Path | None = Field(default=None, description="PEM of the school's own authority, if it has one.")
    smtp_timeout_s: float = Field(default=20.0, gt=0, le=120, description="After which the server counts as silent.")
    look_memory_mb: int = Field(default=2048, ge=512, description="The most memory one of those processes may take.")

    logs: Literal["json", "plain"] = Field(default="plain", description="The log's form: JSON for machines, or plain.")
    metrics_token: SecretStr | None = Field(
        default=None, description="What whoever asks for /metrics must bear; none: only this machine itself may ask."
    )
    otlp_endpoint: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#]+[^\s?#]*)?$",
        description="The collector of traces (OTLP over HTTP), such as http://collector:4318; empty: none.",
    )
    otlp_headers: SecretStr | None = Field(
        default=None, description="Headers that it asks for, such as authorization=Bearer …; several by commas."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's form
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the folder of secrets, if there is one."""
        folder = os.environ.get("FLEDGLING_SECRETS_DIR", "")
        usual = (init_settings, env_settings, dotenv_settings)
        if not folder or not Path(folder).is_dir():
            return usual
        return (*usual, SecretsSettingsSource(settings_cls, secrets_dir=folder))

    @property
    def url(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'fledgling.db').absolute()}"

    @property
    def models(self) -> Path:
        """The folder of the weights."""
        return self.models_dir or self.data_dir / "models"
