"""One file with all that an installation holds, but for its key: made while it runs, and put back.

``make`` reads the database in one snapshot, then the files that it refers to. ``restore`` looks at everything before it
touches anything. A backup is of neither kind of database, so one made on SQLite comes back on PostgreSQL.
"""

from app.backup.archive import Manifest, opened
from app.backup.making import Made, make
from app.backup.restoring import Restored, restore

__all__ = ["Made", "Manifest", "Restored", "make", "opened", "restore"]
