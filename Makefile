# `make run` and `make test` need nothing but make and a Python of at least 3.11.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
TEMPLATES = $$(find frontend/templates checkout/outbox/templates -name '*.html' -o -name '*.txt')
# Checks settle nothing and keep nothing: a database that is never written, a Redis that is never asked.
STATIC_ENV := DEBUG=true DATABASE_URL=sqlite://:memory: REDIS_URL=redis://127.0.0.1:6379/0
DEPLOY_ENV := DEBUG=false DATABASE_URL=sqlite://:memory: REDIS_URL=redis://127.0.0.1:6379/0 \
	ALLOWED_HOSTS=box.example EMAIL_URL=smtp://127.0.0.1:25 RAZORPAY_KEY_ID=rzp_test_check \
	RAZORPAY_KEY_SECRET=check-only RAZORPAY_WEBHOOK_SECRET=check-only-too

# Without its bytecode every process compiles the project before it does anything.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-fast coverage check check-quick check-format check-templates check-lua check-imports check-types \
	check-django check-scripts audit format bench texts lock clean
.DEFAULT_GOAL := run

run: $(VENV)/installed
	@exec $(BIN)/python manage.py up

# Not reordered: tests/order.py says what comes first.
PYTEST := $(BIN)/python -m pytest -n $(or $(WORKERS),3) --dist loadfile --no-loadscope-reorder

test: $(VENV)/installed-for-tests
	@exec $(PYTEST) $(PYTEST_ARGS)

# Without a whole site and without a browser: what one runs after every change.
test-fast: $(VENV)/installed-for-tests
	@exec $(PYTEST) -m "not site and not browser" $(PYTEST_ARGS)

# How much of the code the fast tests run; pyproject.toml has the floor. Apart from `make test`, because measuring takes
# 40 % more of the processor on Python 3.11.
coverage: $(VENV)/installed-for-tests
	@$(BIN)/coverage erase
	@COVERAGE_FILE=$(CURDIR)/.coverage $(BIN)/coverage run -m pytest -n $(or $(WORKERS),3) --dist loadfile --no-loadscope-reorder \
		-m "not site and not browser" $(PYTEST_ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

# The whole gate. Each part may be run alone; CONTRIBUTING.md says what each costs.
check: $(VENV)/installed-for-tests
	@$(MAKE) --no-print-directory check-quick check-types check-django check-scripts

# What takes less than a second each: on commit, if pre-commit is installed.
check-quick: check-format check-templates check-lua check-imports

check-format:
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

# 3.0: as a target, every later Django makes djade write `translate` for `trans`, and nothing else that we use.
check-templates:
	$(BIN)/djade --check --target-version 3.0 $(TEMPLATES)
	$(BIN)/djlint --lint --quiet frontend/templates checkout/outbox/templates

# No registry has a luacheck that installs by itself, so it is the system's (on Debian: apt install lua-check).
check-lua:
	@if command -v luacheck >/dev/null 2>&1; then echo "luacheck --quiet seating/scripts"; luacheck --quiet seating/scripts; \
	elif [ "$$CI" = true ]; then echo "housefull: luacheck is missing, and CI=true needs it (on Debian: apt install lua-check)." >&2; exit 1; \
	else echo "housefull: luacheck is missing, the Lua scripts are not looked at (on Debian: apt install lua-check)."; fi

# Contracts between our packages, then what is imported from others' against what pyproject.toml declares: first for
# what runs in production, then with the tests.
check-imports:
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/deptry . --exclude '^(\.venv|var)' --ignore DEP002,DEP004

check-types:
	$(STATIC_ENV) $(BIN)/mypy config cinema seating checkout boxoffice frontend trials

check-django:
	$(STATIC_ENV) $(BIN)/python manage.py makemigrations --check --dry-run
	$(DEPLOY_ENV) SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		TICKET_SIGNING_KEY=$$($(BIN)/python -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

# Types, lint and format of the scripts and styles. Their tools come from package-lock.json; nothing of them is served.
check-scripts:
	@if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then \
		echo "housefull: Node or npm is missing, so the scripts were NOT checked. Install Node 20 or newer (on Debian: apt install nodejs npm)." >&2; \
		[ "$${CI:-}" != true ]; \
	else \
		$(MAKE) --no-print-directory node_modules/.package-lock.json && npm run --silent check; \
	fi

node_modules/.package-lock.json: package-lock.json
	@echo "housefull: installing what checks the scripts"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Known advisories of what is locked. Not a part of `check`: a finding of today is no fault of the change one works on.
audit: $(VENV)/installed-for-tests
	@$(BIN)/python .ci/advisories.py

# Writes what the checks only ask for.
format: $(VENV)/installed-for-tests
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .
	@$(BIN)/djade --target-version 3.0 $(TEMPLATES) || true
	@if [ -d node_modules ]; then npm run --silent format; fi

# Housefull against its references; `make bench ARGS="--quick"`, `make bench ARGS="--only fan-out,latency"`.
bench: $(VENV)/installed
	@exec $(BIN)/python -m trials.bench $(ARGS)

# The pages' sentences into frontend/locale, and what is translated there into what is read. Needs gettext's tools
# (on Debian: apt install gettext); the project itself does not.
texts: $(VENV)/installed
	cd frontend && export $(STATIC_ENV) && for domain in django djangojs; do \
		../$(BIN)/python ../manage.py makemessages -l hi -d $$domain --no-obsolete --no-wrap --add-location file -v 0 || exit 1; \
	done && ../$(BIN)/python ../manage.py compilemessages -l hi -v 0

# The lock: every package with its hashes. Needs uv; the project itself does not.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra test \
		-c requirements.txt pyproject.toml -o requirements-test.txt

clean:
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@for python in "$${PYTHON:-python3}" python3.13 python3.12 python3.11 python3 python; do \
		if command -v "$$python" >/dev/null 2>&1 && \
			"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "housefull: no Python of at least 3.11 was found. Install one, or name it: PYTHON=/path/to/python3 make run" >&2; exit 1; fi; \
	echo "housefull: making $(VENV) with $$($$found --version)"; \
	if ! "$$found" -m venv $(VENV) >/dev/null 2>&1 || [ ! -x $(VENV)/bin/pip ]; then rm -rf $(VENV); \
		echo "housefull: $$found cannot make a virtual environment. Install its venv package (on Debian: apt install python3-venv)." >&2; exit 1; fi

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@echo "housefull: installing the locked requirements"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.txt
	@touch $@

$(VENV)/installed-for-tests: requirements-test.txt | $(VENV)/bin/python
	@echo "housefull: installing what the tests need"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements-test.txt
	@touch $@ $(VENV)/installed
