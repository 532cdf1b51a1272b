"""What alembic runs to take the steps, on the connection that it is given."""

from __future__ import annotations

from alembic import context

from tdscreen.records.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
