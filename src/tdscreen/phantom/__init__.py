"""Test subjects whose movement is known exactly: the ruler that the measurement is held against."""
