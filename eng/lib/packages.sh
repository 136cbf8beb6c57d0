# Debian and Ubuntu packages. For `source`; needs progress.sh.

# need_packages NAME…: installs them. Callers ask first whether what they need is there: most machines have it.
need_packages() {
    if [ "$(id -u)" != 0 ]; then
        echo "missing: $*. As root: apt-get update && apt-get install --no-install-recommends $*" >&2
        return 1
    fi
    if ! command -v apt-get >/dev/null; then
        echo "missing: $*, and there is no apt-get here. Install what the Debian packages of these names hold." >&2
        return 1
    fi
    step "installing $*" install_packages "$@"
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    # Lists that are there may name versions that the mirror has dropped.
    apt-get -q -o DPkg::Lock::Timeout=120 update &&
        apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
}

# has_library NAME: whether the loader finds it.
has_library() {
    # Not grep -q, which ends early: with pipefail ldconfig's SIGPIPE would be the answer.
    /sbin/ldconfig -p | grep -F "$1 " >/dev/null
}
