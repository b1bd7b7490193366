"""The waist of the house: drafts, dossiers, their papers, codes, slips, and the table of lawful turns."""
