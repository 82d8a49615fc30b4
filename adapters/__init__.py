"""How the world is reached: files, database, channels, Temporal."""
