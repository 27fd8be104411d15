"""Runs the migrations: on the connection that ``app.db`` hands over, else on the database of the settings."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from app.db import Database
from app.settings import Settings
from app.tables import Base
from app.tables.base import Code, Document, Instant, Words

PLAIN = {
    Code: "sa.Text()",
    Words: "sa.Text()",
    Instant: "sa.DateTime(timezone=True)",
    Document: 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")',
}


def render_plainly(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write SQLAlchemy's types, not the app's: an old migration must not change with the code."""
    if kind != "type" or type(item) not in PLAIN:
        return False
    if type(item) is Document:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
    return PLAIN[type(item)]


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_plainly,
        transactional_ddl=True,  # SQLite's too: app.db begins its transactions itself
    )
    with context.begin_transaction():
        context.run_migrations()


if "connection" in context.config.attributes:
    run(context.config.attributes["connection"])
else:
    database = Database(Settings().url)
    with database.migrating() as config:
        run(config.attributes["connection"])
    database.dispose()
