"""Does every record survive every wire, and is everything else refused with a reason that helps."""
