"""The summary report: drafted from the record, edited, reviewed, submitted, read, and written as a document (6.2)."""
