"""The pages in a real browser: headless Chromium against the service over HTTP."""
