"""How cases come in: lists of the SIEI read line by line, people recognised without keeping their names."""
