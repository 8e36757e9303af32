#!/bin/sh
# Makes the virtual environment and installs the pinned requirements. $1: python, $2: folder of the environment.
set -eu
python=$1
venv=$2
if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Il faut Python 3.11 ou plus récent : installez-le (Debian, Ubuntu : apt-get install python3 python3-venv) puis relancez." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  sh scripts/system_packages.sh python3-venv
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "Installation des dépendances (une minute environ la première fois)…"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
