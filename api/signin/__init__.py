"""Signing in and out, passwords, tokens and keys; for programs and, as pages without script, for browsers."""
