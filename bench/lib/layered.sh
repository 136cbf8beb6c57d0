# The image whose layers are pulled and loaded: five layers of Debian's packages, 1.2 GB and 63,000 entries. For `source`; needs $root and say.

# make_layered: builds it once into artifacts/bench/layered: `oci`, a layout with layers by gzip, which whoever asks may only read.
make_layered() {
    local folder=$root/artifacts/bench/layered half=$root/artifacts/bench/layered.new mirror
    [ ! -d "$folder" ] || return 0
    say "building the image of five layers, once"
    # shellcheck disable=SC2016
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
        grep -v security | head -n 1 || true)
    rm -rf --one-file-system "$half"
    mkdir -p "$half/tars"
    apt-config dump Acquire | grep -E '^Acquire::(Check-|https?[: ]|Retries|ForceIPv)' >"$half/apt.conf" || true
    # Each hook has the root as its argument. The clock of the files is that of the packages: equal packages are equal layers.
    SOURCE_DATE_EPOCH=1700000000 mmdebstrap --mode=root --variant=minbase --aptopt="$half/apt.conf" --aptopt='Apt::Install-Recommends false' \
        --format=null --customize-hook="'$root/bench/lib/layer' '$half/tars/1.tar' \"\$1\"" \
        --customize-hook="'$root/bench/lib/layer' '$half/tars/2.tar' git python3 perl \"\$1\"" \
        --customize-hook="'$root/bench/lib/layer' '$half/tars/3.tar' gcc g++ libboost1.74-dev \"\$1\"" \
        --customize-hook="'$root/bench/lib/layer' '$half/tars/4.tar' nodejs npm \"\$1\"" \
        --customize-hook="'$root/bench/lib/layer' '$half/tars/5.tar' openjdk-17-jdk-headless postgresql-client nginx-light \"\$1\"" \
        bookworm - "deb $mirror bookworm main" </dev/null >"$half/log" 2>&1 || { say "mmdebstrap: $(tail -n 1 "$half/log")"; return 1; }
    layered_layout "$half/oci" "$half"/tars/?.tar
    echo "$(ls "$half/tars"/?.tar | wc -l) layers of Debian's packages, $(cat "$half/tars"/?.tar | wc -c | awk '{printf "%.2f", $1 / 1e9}') GB as tars," \
        "$(find "$half/oci/blobs" -type f -print0 | xargs -0 cat | wc -c | awk '{printf "%.0f", $1 / 1e6}') MB by gzip," \
        "$(for tar in "$half/tars"/?.tar; do tar -tf "$tar"; done | wc -l) entries." >"$half/about"
    rm -rf "$half/tars"
    mv "$half" "$folder"
}

# layered_layout FOLDER TAR…: an OCI layout with the image bench:layered.
layered_layout() {
    local folder=$1 tar created=2023-11-14T22:13:20Z
    shift
    umoci init --layout "$folder"
    umoci new --image "$folder:layered"
    for tar in "$@"; do umoci raw add-layer --image "$folder:layered" --history.created "$created" "$tar"; done
    umoci config --image "$folder:layered" --config.cmd /bin/bash --created "$created" --history.created "$created"
    umoci gc --layout "$folder"
} >&2
