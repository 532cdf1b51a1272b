"""Over time: a patient's course, who is due, and how raters agree. Pure functions on what the store gives out."""
