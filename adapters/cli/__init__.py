"""People at a terminal: verbs that speak HTTP to the API. Exit codes: 0 done, 1 refused, 2 usage, 3 unreachable."""
