"""Files coming in: the region pack, the referents' contacts, the national directory of structures."""
