#!/bin/sh
# Every static check, each said by name; the first that fails stops the rest. $1: folder of the tools.
set -eu
bin=$1
say() { printf '— %s\n' "$1"; }
say "style (ruff)";            "$bin/ruff" check --quiet . && "$bin/ruff" format --check --quiet .
say "gabarits (djade)";        git ls-files 'templates/*.html' | xargs -r "$bin/djade" --check --target-version 5.2
say "types (mypy)";            "$bin/mypy" --no-error-summary .
say "étages (import-linter)";  "$bin/lint-imports" --no-logo >/dev/null || "$bin/lint-imports"
say "migrations";              "$bin/python" manage.py makemigrations --check --dry-run --verbosity 0
say "réglages de production";  DEBUG=0 DEMO=0 HTTPS=1 SITE_URL=https://orientation.example.org SECRET_KEY="$("$bin/python" -c 'import secrets; print(secrets.token_urlsafe(60))')" \
                               ENCRYPTION_KEYS="$("$bin/python" -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')" \
                               PSAD_HASH_KEY=a-long-word-of-a-check-that-signs-nothing \
                               "$bin/python" manage.py check --deploy --fail-level WARNING >/dev/null
say "schéma de l’API";         "$bin/python" manage.py spectacular --validate --fail-on-warn --file /dev/null
say "ni registre, ni chemin de machine, ni appel au dehors"
"$bin/python" scripts/check_tree.py
