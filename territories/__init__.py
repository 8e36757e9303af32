"""Departments, communes, basins, agencies and officers; sites, referents; who can help near me."""
