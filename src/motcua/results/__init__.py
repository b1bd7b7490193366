"""Results: drafted, shown, signed, verified, and kept for their owner."""
