"""What staff do: the live board, and cancelling a show. Pages are in `frontend`."""
