"""What the command line does, as functions: files in, records and stories out. The verbs are in `streams.cli`."""
