"""Sites, territories and referents, as the public API gives them (T1-T3, M2, M4, O1)."""
