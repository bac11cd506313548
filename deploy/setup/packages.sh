#!/bin/sh
# Installs the system packages that are missing, on Debian and Ubuntu.
# Usage: packages.sh run | test     ("test" adds a Java compiler, and PostgreSQL, Prometheus and Alertmanager, which the tests start themselves)
# Without root or passwordless sudo it changes nothing and prints the one line to type.
set -eu
here=$(dirname "$0")
missing=""
services=""

want() { missing="$missing $1"; }

java_is_new() {
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge 17 ]
}

# The first name that apt knows; the last one when it knows none yet, before its first update.
first_known() {
    for name in "$@"; do
        if apt-cache show "$name" >/dev/null 2>&1; then break; fi
    done
    echo "$name"
}

is_new_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
makes_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }
# The distribution's Python is the fastest one here, so it is wanted whole where it is new enough.
needs_python() {
    if is_new_python /usr/bin/python3; then ! makes_venv /usr/bin/python3; else ! "$here/find-python" >/dev/null; fi
}
needs_java() { ! command -v java >/dev/null || ! java_is_new; }
needs_compiler() { ! command -v javac >/dev/null; }
needs_maven() { ! command -v mvn >/dev/null; }
needs_npm() { ! command -v npm >/dev/null; }
needs_chromium() { ! command -v chromium >/dev/null; }
needs_chinese_font() { ! fc-list :lang=zh 2>/dev/null | grep -q .; }
needs_postgres() { ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
needs_prometheus() { ! command -v promtool >/dev/null; }
needs_alertmanager() { ! command -v prometheus-alertmanager >/dev/null; }
tests_wanted() { [ "$1" = test ]; }

collect() {
    missing=""
    if needs_python; then
        if is_new_python /usr/bin/python3; then
            want python3-venv
        else
            python=$(first_known python3.13 python3.12 python3.11)
            want "$python"
            want "$python-venv"
        fi
    fi
    if tests_wanted "$1" && needs_compiler; then
        want "$(first_known openjdk-21-jdk-headless openjdk-17-jdk-headless default-jdk-headless)"
    elif needs_java; then want "$(first_known openjdk-21-jre-headless openjdk-17-jre-headless default-jre-headless)"; fi
    if needs_maven; then want maven; fi
    if needs_npm; then want npm; fi
    if tests_wanted "$1" && needs_postgres; then want postgresql; services="$services postgresql"; fi
    if tests_wanted "$1" && needs_prometheus; then want prometheus; services="$services prometheus"; fi
    if tests_wanted "$1" && needs_chromium; then want chromium; fi
    if tests_wanted "$1" && needs_chinese_font; then want fonts-noto-cjk; fi
    if tests_wanted "$1" && needs_alertmanager; then
        want prometheus-alertmanager
        services="$services prometheus-alertmanager"
    fi
}

collect "$1"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null; then
    echo "请先安装 / install first:$missing  (not a Debian or Ubuntu system)" >&2
    exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "缺少系统软件包,请执行 / system packages are missing, type:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi

$as_root apt-get update -qq
collect "$1" # names are known only after the first update
echo "安装系统软件包 / installing system packages:$missing"
# shellcheck disable=SC2086  # words are meant to split
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null

# Debian starts what it installs; the tests bring their own instances, so these stay off.
if [ -n "$services" ] && [ -d /run/systemd/system ]; then
    # shellcheck disable=SC2086
    $as_root systemctl disable --now $services >/dev/null 2>&1 || true
fi
