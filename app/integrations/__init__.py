"""Files that the school's other systems write, and the services that it calls; no SQL."""
