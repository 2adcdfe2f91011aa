"""The ledger's parts, one by one and without a server."""
