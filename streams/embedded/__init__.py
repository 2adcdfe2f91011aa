"""The broker and the ClickHouse that `clawback up` and `make demo` run with nothing but Python."""
