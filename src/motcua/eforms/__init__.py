"""Electronic forms from data: field types, conditions, and the judge of answers."""
