# Two commands: `make demo` brings the portal up, `make test` proves it. Both work on a clean clone.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PORT ?= 8000

.PHONY: demo demo-reset test bench check format screenshots requirements system-packages

demo: $(STAMP)
	@sh scripts/system_packages.sh pango || echo "Sans elles la démonstration tourne, mais ne produit aucun PDF." >&2
	@sh scripts/system_packages.sh fonts-noto-core fonts-noto-color-emoji || echo "Sans elles un CV n’écrit ni l’arabe, ni l’hébreu, ni les emoji." >&2
	@exec $(BIN)/python -m spro.demo

demo-reset: $(STAMP)
	@$(BIN)/python -m spro.demo reset

test: $(STAMP) system-packages
	@$(BIN)/python -m pytest -n $${TEST_WORKERS:-auto}

bench: $(STAMP)
	@$(BIN)/python -m benchmarks

check: $(STAMP)
	@sh scripts/check.sh $(BIN)

format: $(STAMP)
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

screenshots: $(STAMP) system-packages
	@$(BIN)/python scripts/screenshots.py

# Pins every dependency with its hashes, without any registry's address.
requirements: $(STAMP)
	@$(BIN)/uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -U -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-header -q -U -o requirements-dev.txt

# Chromium opens the pages, Pango draws the letters (the Noto fonts those of every script), poppler reads them.
system-packages: $(STAMP)
	@sh scripts/system_packages.sh chromium pango poppler-utils fonts-noto-core fonts-noto-color-emoji

$(STAMP): requirements-dev.txt scripts/venv.sh
	@sh scripts/venv.sh $(VENV) $(PYTHON)
	@touch $@
