# Motcua. `make help` lists what there is; docs/running.md tells more.
#
#   PORT=8123 DATA=/some/dir make run      another web port, another data folder
#   DATABASE_URL=postgresql://… make run   a PostgreSQL of your own (15 or later)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup run reset test check bench faults soak lock browser screenshots

PY := .venv/bin/python
# A Python that works and is recent enough. A name on the PATH proves nothing (pyenv leaves shims that fail),
# so each candidate is asked. The environment's own Python is not among them: it may be broken.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

export PORT DATA HOST

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done
	@echo
	@echo '  PORT=8123 DATA=/some/dir make run   chooses web port and data folder'
	@echo '  DATABASE_URL=postgresql://user:password@host/name make run   uses your own PostgreSQL (15 or later)'

setup: ## build the environment in .venv, the front-end files and the translations
	@$(MAKE) -s .bootstrap ARGS=

.PHONY: .bootstrap
.bootstrap:
	@if [ -z "$(PYTHON)" ]; then \
		echo 'setup: Motcua needs Python 3.11, 3.12 or 3.13, and none was found. Install one (Debian: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3.11' >&2; exit 1; fi
	@if ! command -v git >/dev/null 2>&1; then \
		echo 'setup: git is missing. Install it (Debian: apt-get install git).' >&2; exit 1; fi
	@$(PYTHON) tools/bootstrap.py $(ARGS)

run: ## start everything: database, sign-in, mail, web, worker, demo province
	@$(MAKE) -s .bootstrap ARGS=--quiet
	@exec .venv/bin/motcua run --with-parent

reset: ## delete the data folder, so that the next start is the first
	@$(MAKE) -s .bootstrap ARGS=--quiet
	@exec .venv/bin/motcua reset

browser:
	@$(MAKE) -s .bootstrap ARGS=--quiet
	@$(PY) tools/chromium.py >/dev/null

test: browser ## all tests, those in a real browser included (ARGS="tests/kernel" for some)
ifdef ARGS
	@exec $(PY) -m pytest -n 2 --dist loadfile $(ARGS)
else
	@# Those with a browser come after: others kill workers and restart databases beside them.
	@$(PY) -m pytest -n 2 --dist loadfile --ignore=tests/browser --ignore=tests/web/test_scripts.py; first=$$?; \
	 $(PY) -m pytest tests/web/test_scripts.py tests/browser && exit $$first
endif

check: ## style, types, import contracts, migrations, templates, translations, what tests import
	@$(MAKE) -s .bootstrap ARGS=--quiet
	@exec $(PY) tools/check.py $(ARGS)

bench: ## load over real HTTP beside its floor and limit (QUICK=1 for the short form)
	@$(MAKE) -s .bootstrap ARGS=--quiet
	@$(PY) tests/bench/forms.py $(if $(QUICK),--quick)
	@exec $(PY) tests/bench/run.py $(if $(QUICK),--quick)

faults: browser ## bad days: killed workers, restarted database, full disk
	@FAULTS_LONG=1 exec $(PY) -m pytest tests/faults $(ARGS)

soak: ## an hour of steady work, and what grew meanwhile (QUICK=1: four minutes; ARGS="--minutes 600")
	@$(MAKE) -s .bootstrap ARGS=--quiet
	@exec $(PY) tests/soak/run.py $(if $(QUICK),--quick) $(ARGS)

screenshots: browser ## pictures of every page of the running demo (README=1: those of the READMEs)
	@exec $(PY) tools/screenshots.py $(if $(README),--readme) $(ARGS)

lock: ## write requirements/*.lock anew (ARGS=--upgrade for newer versions)
	@$(MAKE) -s .bootstrap ARGS=--quiet
	@exec $(PY) tools/lock.py $(ARGS)
