"""People who sign in: e-mail login, the Region's staff."""
