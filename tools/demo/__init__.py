"""`make demo`: one whole major incident, and a short one beside it, through every clause of articles 5.2, 5.3 and 6."""
