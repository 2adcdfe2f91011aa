"""What agents see and what is committed: the same programs on Faust's own driver and on ours."""
