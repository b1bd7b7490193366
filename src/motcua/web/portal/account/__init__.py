"""One's own pages: what waits for me, each dossier, the data store, messages, profile."""
