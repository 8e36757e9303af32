"""The young person’s own page: what it shows, the copy they take, the notice they are given."""
