"""What people type, checked: candidates and officers of the Region."""
