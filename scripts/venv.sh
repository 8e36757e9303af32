#!/bin/sh
# Makes the virtual environment and installs the pinned requirements. $1: folder of the environment; $2: a Python to prefer.
set -eu
venv=$1
python=""
# A name found in the PATH may be an empty shell (pyenv's shims): only a Python that answers counts.
for candidate in ${2:-} python3 python3.11 python3.12 python3.13; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "Il faut Python 3.11 ou plus récent : installez-le (Debian, Ubuntu : apt-get install python3 python3-venv) puis relancez." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  sh scripts/system_packages.sh python3-venv
fi
"$venv/bin/python" -c '' 2>/dev/null || "$python" -m venv --clear "$venv"
echo "Installation des dépendances (une minute environ la première fois)…"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
