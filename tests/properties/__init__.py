"""The theorems: what holds for every chain, every order and every law, tried on generated ones."""
