#!/usr/bin/env bash
# Runs the tests. Installs what a fresh Debian machine with the .NET SDK and Node lacks.
#   ./test.sh                 everything
#   ./test.sh unit            a part: unit, bunit, integration or e2e (several may be named)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(unit bunit integration e2e)
for part in "${parts[@]}"; do
  case "$part" in
    unit | bunit | integration | e2e) ;;
    *) echo "test.sh: unknown part '$part'; known: unit, bunit, integration, e2e" >&2; exit 2 ;;
  esac
done

wants() { local p; for p in "${parts[@]}"; do [ "$p" = "$1" ] && return 0; done; return 1; }

# Real servers (Neo4j, Kafka) for tests that want them, when they lie beside the checkout. Without them such tests are skipped by name.
if [ -z "${QMTL_TEST_SERVERS:-}" ] && [ -d ../shared/servers ]; then
  QMTL_TEST_SERVERS="$(cd ../shared/servers && pwd)"
  export QMTL_TEST_SERVERS
fi
if wants integration; then
  if [ -n "${QMTL_TEST_SERVERS:-}" ]; then echo "Kafka in this run: the real broker that QMTL_TEST_SERVERS names, and librdkafka's mock broker"
  else echo "Kafka in this run: librdkafka's mock broker alone; QMTL_TEST_SERVERS names no folder with kafka/start, so the tests of the real one are skipped"; fi
fi

install_debian() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "Installing Debian packages: ${missing[*]}" >&2
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

command -v dotnet >/dev/null || { echo "test.sh: the .NET SDK $(sed -n 's/.*"version": "\(.*\)".*/\1/p' global.json) is needed (see README.md)" >&2; exit 2; }
command -v npm >/dev/null || { echo "test.sh: Node with npm is needed (see README.md)" >&2; exit 2; }
if wants integration; then
  install_debian postgresql redis-server librdkafka1 || exit 1
fi
if wants e2e; then
  install_debian chromium fonts-dejavu-core fonts-liberation || exit 1
fi

results="$PWD/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

echo "== build"
# One compiler for all projects: starting one for each takes twice as long. Where the machine wants none to stay behind, it is ended with the build.
built=0
dotnet build Qmtl.Console.sln -c Release -v quiet -nologo -clp:ErrorsOnly -p:UseSharedCompilation=true || built=1
[ "${UseSharedCompilation:-true}" = true ] || dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1
[ "$built" -eq 0 ] || { echo "0 passed, 1 failed"; exit 1; }
if wants e2e; then
  echo "== publish"
  rm -rf artifacts/publish
  dotnet publish Console/Qmtl.Console.csproj -c Release --no-build -o artifacts/publish -v quiet -nologo -clp:ErrorsOnly || { echo "0 passed, 1 failed"; exit 1; }
  export QMTL_CONSOLE_PUBLISHED="$PWD/artifacts/publish"
fi

failed_run=0
run_part() {
  echo "== $1"
  dotnet test "$2" -c Release --no-build -nologo -v quiet \
    --logger "trx;LogFileName=$1.trx" --logger "console;verbosity=minimal" --results-directory "$results" || failed_run=1
}
wants unit && run_part unit Tests.Unit/Qmtl.Tests.Unit.csproj
wants bunit && run_part bunit Tests.Bunit/Qmtl.Tests.Bunit.csproj
wants integration && run_part integration Tests.Integration/Qmtl.Tests.Integration.csproj
wants e2e && run_part e2e Tests.E2E/Qmtl.Tests.E2E.csproj

# Closing line: the sum of what the runners counted. A part without a result file counts as a failure.
passed=0 failed=0 skipped=0
for part in "${parts[@]}"; do
  counters=$(grep -o '<Counters [^>]*>' "$results/$part.trx" 2>/dev/null | head -n 1)
  if [ -z "$counters" ]; then failed=$((failed + 1)); continue; fi
  number() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
  total=$(number total) p=$(number passed) f=$(number failed)
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + total - p - f))
done
[ "$failed_run" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
