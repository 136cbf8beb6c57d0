# The programs that the tests compare Conex with or make images by. For `source`; needs $root, packages.sh and progress.sh.

# need_peers: installs what is missing. Without root it only says what: the tests that need it skip.
need_peers() {
    local missing=() program
    for program in mmdebstrap skopeo umoci crun runc podman buildah strace zstd bzip2 curl bindfs; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || missing+=("$program")
    done
    command -v xz >/dev/null || missing+=(xz-utils)
    # Ordinary users map IDs with it; podman only recommends it.
    command -v newuidmap >/dev/null || missing+=(uidmap)
    # The dynamic one does not run alone in an image.
    [[ $(ldd "$(command -v busybox)" 2>&1) == *"not a dynamic"* ]] || missing+=(busybox-static)
    if [ "$(id -u)" != 0 ]; then
        [ ${#missing[@]} = 0 ] || echo "missing, so some tests will skip: ${missing[*]}" >&2
        return 0
    fi
    [ ${#missing[@]} = 0 ] || need_packages "${missing[@]}" || return
    collect_apt_settings
    [ -x "$CONEX_PEERS/engine/usr/bin/containerd" ] || step "fetching docker and containerd" fetch_engines || return
    [ -x "$CONEX_PEERS/criu/bin/criu" ] || step "fetching criu" fetch_criu || echo "criu cannot be had, so some tests will skip" >&2
    [ -x "$CONEX_PEERS/containerd/usr/bin/containerd" ] || step "fetching containerd of a newer Debian" extract_newer containerd containerd sid stable ||
        echo "no newer containerd can be had, so some tests will skip" >&2
    # Debian 12's knows no tar as a device. Without one the tests that need it skip.
    [ -x "$CONEX_PEERS/erofs/usr/bin/fsck.erofs" ] || step "fetching fsck.erofs of a newer Debian" fetch_erofs ||
        echo "fsck.erofs cannot be had, so some tests will skip" >&2
    [ -x "$CONEX_PEERS/registry/usr/bin/docker-registry" ] || step "fetching a registry" fetch_registry
}

# extract_newer NAME PACKAGE SUITE…: unpacks a package of the first of these releases that can be had, with its own libraries, to
# $CONEX_PEERS/NAME. Installing it would change the machine's libraries.
extract_newer() {
    local folder=$CONEX_PEERS/$1.new target=$CONEX_PEERS/$1 package=$2 suite mirror
    shift 2
    # shellcheck disable=SC2016
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
        grep -v security | head -n 1)
    [ -n "$mirror" ] || { echo "apt knows no mirror of Debian"; return 1; }
    for suite in "$@"; do
        rm -rf --one-file-system "$folder"
        mmdebstrap --mode=root --variant=extract --include="$package" --aptopt="$CONEX_APT_CONF" \
            "$suite" "$folder" "deb $mirror $suite main" </dev/null || continue
        # Its links lead in circles.
        rm -rf --one-file-system "$target" "$folder/dev"
        mv "$folder" "$target"
        return
    done
    return 1
}

fetch_erofs() {
    extract_newer erofs erofs-utils sid stable
}

# What this machine's apt may take from where, for mmdebstrap, which does not look.
collect_apt_settings() {
    export CONEX_APT_CONF=$root/artifacts/apt.conf
    apt-config dump Acquire | grep -E '^Acquire::(Check-|https?[: ]|Retries|ForceIPv)' >"$CONEX_APT_CONF"
    return 0
}

# Only unpacked: the packages would start a dockerd and a containerd.
fetch_engines() {
    local folder=$CONEX_PEERS.new package
    rm -rf "$folder"
    mkdir -p "$folder/engine" && cd "$folder" || return
    # Lists may be missing or too old.
    download_engines || { apt-get -q -o DPkg::Lock::Timeout=120 update && download_engines; } || return
    for package in ./*.deb; do
        dpkg -x "$package" engine || return
    done
    rm -rf "$CONEX_PEERS" ./*.deb
    # The client alone is the tests' own, away from the daemons.
    cp engine/usr/bin/docker docker && cd / && mv "$folder" "$CONEX_PEERS" && "$CONEX_PEERS/docker" --version
}

download_engines() {
    local packages=(docker.io containerd runc tini)
    # Debian 13 has the client in a package of its own.
    ! apt-cache show docker-cli >/dev/null 2>&1 || packages+=(docker-cli)
    apt-get -q -o APT::Sandbox::User=root download "${packages[@]}"
}

# That of a stable release may not know the machine's kernel.
fetch_criu() {
    extract_newer criu criu sid && mkdir -p "$CONEX_PEERS/criu/bin" || return
    cat >"$CONEX_PEERS/criu/bin/criu" <<'END'
#!/bin/sh
root=${0%/*}/..
libraries=$root/usr/lib/x86_64-linux-gnu
exec "$libraries/ld-linux-x86-64.so.2" --argv0 criu --library-path "$libraries" "$root/usr/sbin/criu" "$@"
END
    chmod +x "$CONEX_PEERS/criu/bin/criu" && "$CONEX_PEERS/criu/bin/criu" --version
}

# Only unpacked, too: the package would start a registry on a port that is open to all.
fetch_registry() {
    local folder=$CONEX_PEERS/registry.new
    rm -rf "$folder"
    mkdir -p "$folder" && cd "$folder" || return
    download_registry || { apt-get -q -o DPkg::Lock::Timeout=120 update && download_registry; } || return
    dpkg -x ./docker-registry_*.deb . && rm ./*.deb && cd / || return
    rm -rf "$CONEX_PEERS/registry"
    mv "$folder" "$CONEX_PEERS/registry" && "$CONEX_PEERS/registry/usr/bin/docker-registry" --version
}

download_registry() {
    apt-get -q -o APT::Sandbox::User=root download docker-registry
}
