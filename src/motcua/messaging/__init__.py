"""What people are told: an inbox in the account, and e-mail that goes out once."""
