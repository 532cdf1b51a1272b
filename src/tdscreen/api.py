"""The few public functions that every front door calls: the shell, the page and a script of five lines."""
