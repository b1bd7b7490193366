"""Stand-ins for what a demo cannot have: an identity provider and a mail server."""
