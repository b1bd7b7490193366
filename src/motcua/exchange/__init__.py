"""What other administrations know already: registers are asked once, politely, and every question is written down."""
