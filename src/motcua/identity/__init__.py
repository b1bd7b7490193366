"""Who signs in: OpenID Connect, accounts, and what is kept of a person."""
