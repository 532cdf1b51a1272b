"""Tracks become named signals, signals become features. NumPy and SciPy only."""
