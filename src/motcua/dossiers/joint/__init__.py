"""Joint dossiers: which procedures a request combines (``*.toml``), what its whole makes of its parts, and their rows."""
