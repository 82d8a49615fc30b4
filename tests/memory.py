"""Where files and databases of tests lie: in memory where there is room, as real as on a disk that is waited for."""

from pathlib import Path
from shutil import disk_usage
from tempfile import gettempdir

_MEMORY = Path("/dev/shm")
_ROOM = 6 * 1024**3


def place() -> Path:
    """Return a folder for temporary files."""
    return _MEMORY if _MEMORY.is_dir() and disk_usage(_MEMORY).free > _ROOM else Path(gettempdir())
