"""A video file becomes pictures with true times."""
