"""For staff: what is asked of me now, intake, appraisal, signature, return."""
