"""Whole afternoons at the desk, from signing in to what is stored: with the script on, as people do it."""
