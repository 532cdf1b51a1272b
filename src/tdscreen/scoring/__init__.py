"""Features become item scores with reasons."""
