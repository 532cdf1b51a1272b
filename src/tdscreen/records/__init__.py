"""A clinic's store: patients, examinations, ratings and what was done with them, encrypted where it lies."""
