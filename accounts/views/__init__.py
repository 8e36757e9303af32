"""`/comptes/`: one's own account, signing in, factors, sessions, providers, the code of conduct."""
