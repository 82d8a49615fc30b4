"""The library of runbooks: kept in the catalogue, written as files, told in words, shown as pages (4.3)."""
