"""Networks, organisations, who works where, the charter and its criteria."""
