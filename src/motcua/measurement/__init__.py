"""Facts from events, sums of facts, and the dossiers behind every figure."""
