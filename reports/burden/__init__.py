"""What filling in forms costs the people of the grids (基层减负): counted per kind of post, never per person."""
