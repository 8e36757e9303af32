"""How the lists of jobs and skills come in: read and checked whole, then written at once; a second time, nothing."""
