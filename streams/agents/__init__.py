"""The Faust shell: `adapt` and `decide`. A straight line each; nothing in it chooses."""
