# shellcheck shell=bash
# Sourced by the commands of this folder: finds a Python from 3.11 to 3.13 and lets it see the package `house`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=
for name in python3 python3.13 python3.12 python3.11; do
  if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then
    python=$name
    break
  fi
done
if [ -z "$python" ]; then
  echo "FAILED: no Python from 3.11 to 3.13 found - install python3.11 (apt-get install python3.11 python3.11-venv)" >&2
  exit 1
fi
export PYTHONPATH=$here
