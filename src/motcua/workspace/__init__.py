"""The officer's desk: worklists, labels, notes, views, notifications, work in bulk, exports."""
