"""What people may type in the PSAD."""
