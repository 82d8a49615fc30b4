"""What Alembic runs: on the connection and in the transaction that `adapters.store.migrate` gives it."""

from alembic import context

from adapters.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
