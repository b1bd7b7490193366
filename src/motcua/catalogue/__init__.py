"""What the administration offers: procedures in immutable versions, their papers, fees and terms; search."""
