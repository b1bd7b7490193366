"""How a dossier is worked on: steps, due times, and each lawful turn as one action."""
