"""Exports: exactly what is filtered, as CSV, XLSX, ZIP with files, or one PDF of slips."""
