"""Evidence: where it is kept, who signs for it, how it leaves the house (5.3.5)."""
