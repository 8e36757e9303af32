#!/bin/sh
# What pip cannot give. As root on Debian or Ubuntu it is installed; otherwise one exact line says what to do.
set -eu
missing=""
for package in "$@"; do
  case $package in
    chromium) command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium" ;;
    # What WeasyPrint draws with: whatever the system calls it, it is there when WeasyPrint loads.
    pango) .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1 || missing="$missing libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" ;;
    poppler-utils) command -v pdftotext >/dev/null 2>&1 || missing="$missing poppler-utils" ;;
    *) dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package" ;;
  esac
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installation par apt :$missing"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "Il manque :$missing. Lancez : sudo apt-get install$missing" >&2
  exit 1
fi
