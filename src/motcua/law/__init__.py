"""Law as dated parameters: which number held on which day, by which article, and how sure we are of it."""
