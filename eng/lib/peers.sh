# The programs that the tests compare Conex with or make images by. For `source`; needs $root, packages.sh and progress.sh.

# need_peers: installs what is missing. Without root it only says what: the tests that need it skip.
need_peers() {
    local missing=() program
    for program in mmdebstrap skopeo umoci crun runc podman buildah strace zstd curl; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || missing+=("$program")
    done
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
    return 0
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

# The criu of Debian's unstable with its own libraries: that of a stable release may not know the machine's kernel. Installing it would change
# the machine's libraries.
fetch_criu() {
    local folder=$CONEX_PEERS/criu.new mirror
    # shellcheck disable=SC2016
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
        grep -v security | head -n 1)
    [ -n "$mirror" ] || { echo "apt knows no mirror of Debian"; return 1; }
    rm -rf --one-file-system "$folder" "$CONEX_PEERS/criu"
    mkdir -p "$folder/bin" || return
    mmdebstrap --mode=root --variant=extract --include=criu --aptopt="$CONEX_APT_CONF" sid "$folder/root" "deb $mirror sid main" </dev/null || return
    cat >"$folder/bin/criu" <<'END'
#!/bin/sh
root=${0%/*}/../root
libraries=$root/usr/lib/x86_64-linux-gnu
exec "$libraries/ld-linux-x86-64.so.2" --argv0 criu --library-path "$libraries" "$root/usr/sbin/criu" "$@"
END
    chmod +x "$folder/bin/criu" && mv "$folder" "$CONEX_PEERS/criu" && "$CONEX_PEERS/criu/bin/criu" --version
}
