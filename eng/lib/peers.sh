# The programs that the tests compare Conex with or make images by. For `source`; needs $root, packages.sh and progress.sh.

# need_peers: installs what is missing. Without root it only says what: the tests that need it skip.
need_peers() {
    local missing=() program
    for program in mmdebstrap skopeo umoci crun runc strace zstd curl; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || missing+=("$program")
    done
    # The dynamic one does not run alone in an image.
    [[ $(ldd "$(command -v busybox)" 2>&1) == *"not a dynamic"* ]] || missing+=(busybox-static)
    if [ "$(id -u)" != 0 ]; then
        [ ${#missing[@]} = 0 ] || echo "missing, so some tests will skip: ${missing[*]}" >&2
        return 0
    fi
    [ ${#missing[@]} = 0 ] || need_packages "${missing[@]}" || return
    collect_apt_settings
    [ -x "$CONEX_PEERS/docker" ] || step "fetching the docker client" fetch_docker_client
}

# What this machine's apt may take from where, for mmdebstrap, which does not look.
collect_apt_settings() {
    export CONEX_APT_CONF=$root/artifacts/apt.conf
    apt-config dump Acquire | grep -E '^Acquire::(Check-|https?[: ]|Retries|ForceIPv)' >"$CONEX_APT_CONF"
    return 0
}

# Only unpacked: the package would start a dockerd.
fetch_docker_client() {
    local folder=$CONEX_PEERS.new
    rm -rf "$folder"
    mkdir -p "$folder" && cd "$folder" || return
    # Debian 13 has the client in a package of its own; lists may be missing or too old.
    download_docker_package || { apt-get -q -o DPkg::Lock::Timeout=120 update && download_docker_package; } || return
    dpkg -x ./*.deb unpacked && mkdir -p "$CONEX_PEERS" && mv unpacked/usr/bin/docker "$CONEX_PEERS/docker" || return
    cd / && rm -rf "$folder"
    "$CONEX_PEERS/docker" --version
}

download_docker_package() {
    apt-get -q -o APT::Sandbox::User=root download docker-cli || apt-get -q -o APT::Sandbox::User=root download docker.io
}
