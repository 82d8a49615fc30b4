"""The page behind a link in a message: one task on a phone, without sign-in and without script."""
