"""The measurement card: the whole chain held against virtual people of exactly known movement."""
