"""The house itself: what a reader may rely on when looking at the folders."""
