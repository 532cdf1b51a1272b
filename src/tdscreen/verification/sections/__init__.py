"""The sections of the card: each turns results into figures, and no more than that."""
