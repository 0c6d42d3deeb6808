"""Settings: `base` for all, then `demo` (make run), `test` (make test) or `production` (the environment only)."""
