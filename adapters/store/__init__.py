"""The record in our own database: SQLite by default, PostgreSQL by URL."""
