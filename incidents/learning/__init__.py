"""Learning: which category a text is about, learned from closed cases; and which matters are hot."""
