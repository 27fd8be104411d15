"""The doors: the JSON API and the pages. What comes in is checked here, and nowhere deeper."""
