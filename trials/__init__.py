"""What tries to break a running site, and what measures it. May use everything; nothing of ours uses it."""
