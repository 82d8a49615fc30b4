"""What Fengsui costs, as ratios to a bare Temporal workflow on the same server in the same run."""
