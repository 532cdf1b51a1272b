"""Pictures become tracks: the landmarks of one person, with their times."""
