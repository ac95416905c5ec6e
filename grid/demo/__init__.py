"""The demo street: real names and codes of divisions, made-up people, derived polygons (all marked so)."""
