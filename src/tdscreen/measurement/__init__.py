"""One clip measured: its quality, and the movement of each region."""
