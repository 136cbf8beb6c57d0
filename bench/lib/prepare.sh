# What is measured, and what it is measured with. For `source`; needs $root, $here and $work.

prepare() {
    # shellcheck source=/dev/null
    . "$root/eng/lib/progress.sh"
    # shellcheck source=/dev/null
    . "$root/eng/lib/packages.sh"
    need_programs crun runc podman busybox-static strace time mmdebstrap
    make_program pair
    make_program floor
    copy_product
    make_bundle
    fetch_newer_crun
    fetch_docker
    ! measures_images "$@" || prepare_images
}

# measures_images PART…: whether one of them is of images.
measures_images() {
    [ $# = 0 ] || [[ " $* " == *" image"* ]]
}

prepare_images() {
    # shellcheck source=/dev/null
    . "$root/eng/lib/peers.sh"
    mkdir -p "$CONEX_PEERS"
    need_programs skopeo umoci
    make_program limits
    collect_apt_settings
    [ -x "$CONEX_PEERS/registry/usr/bin/docker-registry" ] || (fetch_registry) >"$work/registry.log" 2>&1
    [ -x "$CONEX_PEERS/erofs/usr/bin/mkfs.erofs" ] || (fetch_erofs) >"$work/erofs.log" 2>&1
    [ -x "$CONEX_PEERS/containerd/usr/bin/containerd" ] || (extract_newer containerd containerd sid stable) >"$work/containerd.log" 2>&1
    make_layered
}

need_programs() {
    local missing=() package
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) == ii* ]] || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] || need_packages "${missing[@]}" >&2
}

# make_program NAME: bench/NAME as $work/NAME.
make_program() {
    local program=$root/artifacts/bench/$1/$1
    if [ ! -x "$program" ] || [ -n "$(find "$here/$1" "$root/src" -newer "$program" -print -quit)" ]; then
        say "building bench/$1"
        dotnet publish "$here/$1/$1.csproj" -c Release -r linux-x64 -o "$root/artifacts/bench/$1" -m:1 --nologo -v q >&2
        touch "$program"
    fi
    cp "$program" "$work/$1"
}

# A copy: a build meanwhile does not change what is measured.
copy_product() {
    local product=$root/artifacts/product
    [ -x "$product/conex-runtime" ] || "$root/eng/build" >&2
    cp -r "$product" "$work/product"
    cp "$product.stamp" "$work/product.stamp"
    [ -z "$(find "$root/src" -cnewer "$product.stamp" -print -quit)" ] ||
        say "sources are newer than artifacts/product: eng/build makes it new"
}

# The fixed bundle, whose payload ends at once, and one whose payload waits.
make_bundle() {
    local bundle=$work/bundle applet
    cp -r "$here/bundle" "$bundle"
    mkdir -p "$bundle"/rootfs/{bin,proc,sys,dev,etc,run,tmp}
    cp /bin/busybox "$bundle/rootfs/bin/busybox"
    for applet in true sh sleep; do ln "$bundle/rootfs/bin/busybox" "$bundle/rootfs/bin/$applet"; done
    echo "127.0.0.1 localhost" >"$bundle/hosts"
    tar -C "$bundle/rootfs" -cf "$work/base.tar" .
    cp -r "$bundle" "$work/waiting"
    sed 's|"/bin/true"|"/bin/sleep", "1000"|' "$bundle/config.json" >"$work/waiting/config.json"
}

# The crun of Debian's unstable, else of its stable release, in a root of its own with its own libraries. newer.about says which.
fetch_newer_crun() {
    local newer=$work/newer suite mirror version refused=
    # shellcheck disable=SC2016
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
        grep -v security | head -n 1 || true)
    # What this machine's apt may take from where holds here too.
    apt-config dump Acquire | grep -E '^Acquire::(Check-|https?[: ]|Retries|ForceIPv)' >"$work/apt.conf" || true
    for suite in sid stable; do
        say "fetching crun of $suite"
        if mmdebstrap --mode=root --variant=extract --include=crun,strace,time --aptopt="$work/apt.conf" \
            "$suite" "$newer" "deb $mirror $suite main" </dev/null >"$work/newer.log" 2>&1; then
            mkdir -p "$newer"/{proc,sys,dev,run,old} "$newer/$work"
            ln -sfn usr/lib64 "$newer/lib64"
            ln -sfn usr/lib "$newer/lib"
            cp /bin/busybox "$newer/usr/bin/busybox"
            # Without a cache the loader would search for each library.
            echo 'include /etc/ld.so.conf.d/*.conf' >"$newer/etc/ld.so.conf"
            /sbin/ldconfig -r "$newer"
            version=$("$newer/lib64/ld-linux-x86-64.so.2" --library-path "$newer/usr/lib/x86_64-linux-gnu" "$newer/usr/bin/crun" --version |
                sed -n '1s/.* //p')
            echo "${refused}crun $version of Debian $suite" >"$work/newer.about"
            return 0
        fi
        refused+="$suite cannot be had ($(grep -m 1 '^E: ' "$work/newer.log" | sed 's|http[^ ]*/dists/|dists/|; s/^E: //' || true)); "
        rm -rf --one-file-system "$newer"
    done
    echo "${refused}none" >"$work/newer.about"
}

# Only unpacked: the package would start a dockerd.
fetch_docker() {
    local packages=(docker.io containerd runc tini) folder=$work/docker-packages
    # Debian 13 has the client in a package of its own.
    ! apt-cache show docker-cli >/dev/null 2>&1 || packages+=(docker-cli)
    say "fetching docker"
    mkdir "$folder"
    if (cd "$folder" && apt-get -q -o APT::Sandbox::User=root download "${packages[@]}") >"$work/docker.log" 2>&1; then
        local package
        for package in "$folder"/*.deb; do dpkg -x "$package" "$work/docker"; done
        echo "docker.io $(dpkg-deb -f "$folder"/docker.io_*.deb Version), containerd $(dpkg-deb -f "$folder"/containerd_*.deb Version)," \
            "$("$work/docker/usr/sbin/runc" --version | head -n 1)" >"$work/docker.about"
    else
        echo "cannot be had ($(grep -m 1 '^E: ' "$work/docker.log" | sed 's/^E: //' || true))" >"$work/docker.about"
    fi
    rm -rf "$folder"
}
