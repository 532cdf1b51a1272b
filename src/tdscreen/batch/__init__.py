"""Folders of clips: found, measured over the cores by workers that may die, kept, and made into tables."""
