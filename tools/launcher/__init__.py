"""Everything on one machine: Temporal, worker and API in the foreground, ended by Ctrl-C."""
