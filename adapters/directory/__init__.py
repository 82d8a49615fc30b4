"""Who is who, as of now: kept in the database, or read from the company file."""

from adapters.directory.files import FileDirectory
from adapters.directory.sql import Known, SqlDirectory

__all__ = ["FileDirectory", "Known", "SqlDirectory"]
