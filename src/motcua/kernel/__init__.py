"""What every room stands on: actions, events, jobs, contents, encryption, working time, codes, text, money."""
