"""What monitoring reports: one file per source, which turns a foreign payload into our alerts and nothing else."""
