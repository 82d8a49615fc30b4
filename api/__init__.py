"""Who asks: the thin HTTP side. Nothing here decides; it asks the domain's rules through Temporal and shows answers."""
