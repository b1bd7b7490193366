"""What people say of a dossier."""
