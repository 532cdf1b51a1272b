"""Tracks that were made before are kept on this machine, so that a clip is followed once."""
