"""The eligibility review: rounds, assessments, the published list, and the list's way to the Ministry (issue 5)."""
