"""Rigid fits, the frames of head and palm, and millimetres."""
