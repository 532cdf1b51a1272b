"""The page in the browser: clips in, the assessment and its reasons out, nothing kept."""
