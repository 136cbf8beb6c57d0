# The tables of images: one of five layers goes from a registry into a store and out again, in engines that all have daemons or helpers. For
# `source`; needs $root, $work, $product, $charged, engines.sh and layered.sh.

image=127.0.0.1:5000/bench/layered:1
elsewhere=127.0.0.1:5001/bench/layered:1
archived=bench:layered
operations=(pull "first run" push save rmi load "rmi again")

export CONEX_PEERS=$root/artifacts/peers

image_peers() {
    echo "- $("$CONEX_PEERS/containerd/usr/bin/containerd" --version | cut -d ' ' -f 1,3), $(skopeo --version), $(umoci --version)"
}

# What each subject is charged: its daemon and whatever it starts are in this group.
group_of() { echo "$charged/images-$1"; }

images() {
    local subject round
    echo
    echo "## Images: pull to rmi of five layers"
    layered_about
    start_registries
    skopeo copy -q "oci:$root/artifacts/bench/layered/oci:layered" "docker-archive:$work/layered.tar:$archived"
    rm -f "$work/images.samples"
    for subject in conex containerd-erofs containerd-overlayfs skopeo podman docker; do
        # Those that take minutes have one turn.
        for ((round = 0; round < 2; round++)); do
            case $round,$subject in 1,podman | 1,docker | 1,skopeo) continue ;; esac
            life_of "$subject" || { say "$subject: $(tail -n 1 "$work/images.out")"; break; }
        done
    done
    rm -f "$work/layered.tar" "$work/saved.tar"
    image_table
}

# life_of SUBJECT: one turn of all operations, in a store that begins empty.
life_of() {
    local subject=$1 base=
    mkdir -p "$(group_of "$subject")"
    begin_store "$subject" || return
    case $subject in
        conex)
            measured pull "$product/conex" pull -q $image
            measured "first run" "$product/conex" run --rm --network none $image /bin/true
            "$product/conex" tag $image $elsewhere
            measured push "$product/conex" push -q $elsewhere
            "$product/conex" rmi $elsewhere >/dev/null
            measured save "$product/conex" save -o "$work/saved.tar" $image
            measured rmi "$product/conex" rmi $image
            measured load "$product/conex" load -q -i "$work/layered.tar"
            measured "rmi again" "$product/conex" rmi $archived
            ;;
        podman)
            base=$(podman_words)
            # shellcheck disable=SC2086
            {
                measured pull $base pull -q --tls-verify=false $image
                measured "first run" $base run --rm --network none --ulimit nofile=1024:1024 --ulimit nproc=10000:10000 $image /bin/true
                measured push $base push -q --tls-verify=false $image $elsewhere
                measured save $base save -q -o "$work/saved.tar" $image
                measured rmi $base rmi $image
                measured load $base load -q -i "$work/layered.tar"
                measured "rmi again" $base rmi --all --force
            }
            ;;
        docker)
            measured pull docker_ pull -q $image
            measured "first run" docker_ run --rm --network none $image /bin/true
            docker_ tag $image $elsewhere
            measured push docker_ push -q $elsewhere
            docker_ rmi $elsewhere >/dev/null
            measured save docker_ save -o "$work/saved.tar" $image
            measured rmi docker_ rmi $image
            measured load docker_ load -q -i "$work/layered.tar"
            measured "rmi again" docker_ rmi $archived
            ;;
        skopeo)
            measured pull skopeo_pull "docker://$image" --src-tls-verify=false
            measured push skopeo copy -q --dest-tls-verify=false "oci:$work/skopeo:layered" "docker://$elsewhere"
            measured save skopeo copy -q "oci:$work/skopeo:layered" "docker-archive:$work/saved.tar:$archived"
            measured rmi rm -rf "$work/skopeo" "$work/unpacked"
            measured load skopeo_pull "docker-archive:$work/layered.tar"
            measured "rmi again" rm -rf "$work/skopeo" "$work/unpacked"
            ;;
        containerd-*)
            base=${subject#containerd-}
            measured pull ctr_ images pull --local --plain-http --snapshotter "$base" $image
            measured "first run" ctr_ run --rm --runc-binary "$(command -v runc)" --snapshotter "$base" $image first /bin/true
            measured push ctr_ images push --local --plain-http $elsewhere $image
            measured save ctr_ images export --local "$work/saved.tar" $image
            measured rmi ctr_ images rm --sync $image
            measured load ctr_ images import --local --snapshotter "$base" "$work/layered.tar"
            measured "rmi again" ctr_ images rm --sync "docker.io/library/$archived"
            ;;
    esac
    end_store "$subject"
}

skopeo_pull() {
    skopeo copy -q "${@:2}" "$1" "oci:$work/skopeo:layered" && umoci unpack --image "$work/skopeo:layered" "$work/unpacked"
}

ctr_() { "$CONEX_PEERS/containerd/usr/bin/ctr" -a /run/images-containerd.sock "$@"; }

begin_store() {
    rm -rf --one-file-system "$work"/registry-5001/data/* "$work/saved.tar"
    case $1 in
        conex) start_daemon && join_all "$(group_of conex)" "$(cat "$work/conexd.pid")" ;;
        docker) start_dockerd && join_all "$(group_of docker)" "$(cat /run/dockerd.pid)" $(pgrep -P "$(cat /run/dockerd.pid)") ;;
        containerd-*) start_containerd "$(group_of "$1")" ;;
    esac
}

join_all() {
    local group=$1 process
    shift
    for process in "$@"; do echo "$process" >"$group/cgroup.procs"; done
}

end_store() {
    case $1 in
        docker) kill "$(cat /run/dockerd.pid)" ;;
        podman)
            umount --lazy "$work/podman/overlay" 2>/dev/null || true
            rm -rf --one-file-system "$work/podman" "$work/podman-run"
            ;;
        conex) join_all "$charged/conex-engine" "$(cat "$work/conexd.pid")" ;;
        containerd-*)
            kill "$(cat "$work/containerd.pid")"
            while [ -d "/proc/$(cat "$work/containerd.pid")" ]; do sleep 0.1; done
            rm -rf --one-file-system "$work/containerd" /run/images-containerd*
            ;;
    esac
}

# Its erofs snapshotter calls mkfs.erofs, one that knows --tar.
start_containerd() {
    local peers=$CONEX_PEERS
    mkdir -p "$work/containerd" "$work/erofs"
    cat >"$work/erofs/mkfs.erofs" <<END
#!/bin/sh
libraries=$peers/erofs/usr/lib/x86_64-linux-gnu
exec "\$libraries/ld-linux-x86-64.so.2" --library-path "\$libraries" "$peers/erofs/usr/bin/mkfs.erofs" "\$@"
END
    chmod +x "$work/erofs/mkfs.erofs"
    cat >"$work/containerd.toml" <<END
version = 3
root = "$work/containerd"
state = "/run/images-containerd"
disabled_plugins = ["io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images", "io.containerd.grpc.v1.cri"]
[grpc]
  address = "/run/images-containerd.sock"
[plugins."io.containerd.service.v1.diff-service"]
  default = ["erofs", "walking"]
END
    (
        join "$1"
        export PATH=$work/erofs:$peers/containerd/usr/bin:$PATH
        exec containerd -c "$work/containerd.toml"
    ) >"$work/images.out" 2>&1 &
    echo $! >"$work/containerd.pid"
    for _ in {1..50}; do
        ! ctr_ version >/dev/null 2>&1 || return 0
        sleep 0.2
    done
    return 1
}

# Two: one that has the image, and one that is empty before each push. Nobody is charged for them.
start_registries() {
    local port
    for port in 5000 5001; do
        mkdir -p "$work/registry-$port/data"
        cat >"$work/registry-$port/config.yml" <<END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $work/registry-$port/data}}
http: {addr: 127.0.0.1:$port, secret: x}
END
        (
            cd "$work/registry-$port"
            exec "$CONEX_PEERS/registry/usr/bin/docker-registry" serve config.yml >log 2>&1
        ) &
        for _ in {1..50}; do
            ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
            sleep 0.1
        done
    done
    skopeo copy -q --dest-tls-verify=false "oci:$root/artifacts/bench/layered/oci:layered" "docker://$image"
}

# measured OPERATION COMMAND…: appends to the samples of $subject what it took: wall seconds, CPU seconds that the group was charged until it came to
# rest, and the most memory that its processes had resident, together, in MB.
measured() {
    local operation=$1 group begin end before command watch
    group=$(group_of "$subject")
    shift
    sync
    before=$(usage "$group")
    watch_memory "$group" &
    watch=$!
    begin=${EPOCHREALTIME/[.,]/}
    (
        join "$group"
        "$@"
    ) </dev/null >"$work/images.out" 2>&1 &
    command=$!
    wait $command || { kill $watch; return 1; }
    end=${EPOCHREALTIME/[.,]/}
    sleep 0.5
    kill $watch
    printf '%s\t%s\t%d\t%d\t%d\n' "$operation" "$subject" $((end - begin)) $(($(usage "$group") - before)) "$(cat "$work/images.peak")" \
        >>"$work/images.samples"
}

# Microseconds that a subject's group was charged, and the groups of its containers.
usage() {
    local group sum=0
    for group in "$1" "$charged"/{conex,libpod_parent,docker,default}; do
        if [ -e "$group/cpuacct.usage" ]; then
            sum=$((sum + $(cat "$group/cpuacct.usage") / 1000))
        elif [ -e "$group/cpu.stat" ]; then
            sum=$((sum + $(sed -n 's/^usage_usec //p' "$group/cpu.stat")))
        fi
    done
    echo $sum
}

watch_memory() {
    local process key value sum most=0
    echo 0 >"$work/images.peak"
    while :; do
        sum=0
        while read -r process; do
            while read -r key value _; do
                [ "$key" != VmRSS: ] || { sum=$((sum + value)) && break; }
            done 2>/dev/null <"/proc/$process/status" || true
        done <"$1/cgroup.procs"
        if [ $sum -gt $most ]; then
            most=$sum
            echo $((most / 1024)) >"$work/images.peak"
        fi
        sleep 0.05
    done
}

# The least of all turns. A ratio below 1 is time that Conex saves.
image_table() {
    local operation
    echo "Minima of the turns; CPU time is that of client, daemon and helpers; the registry's is not in it."
    echo
    echo "| operation | | wall | CPU | Conex's wall by it | Conex's CPU by it | resident at most | what bounds it |"
    echo "|---|---|---|---|---|---|---|---|"
    for operation in "${operations[@]}"; do
        awk -F '\t' -v operation="$operation" '
            $1 == operation {
                if (!($2 in wall)) order[++n] = $2
                if (!($2 in wall) || $3 < wall[$2]) wall[$2] = $3
                if (!($2 in cpu) || $4 < cpu[$2]) cpu[$2] = $4
                if ($5 > peak[$2]) peak[$2] = $5
            }
            END {
                for (i = 1; i <= n; i++) {
                    s = order[i]
                    ratio = "conex" in cpu ? sprintf("%.2f | %.2f", wall["conex"] / wall[s], cpu["conex"] / (cpu[s] > 0 ? cpu[s] : 1)) : "– | –"
                    printf "| %s | %s | %.2f s | %.3f s | %s | %d MB | %s |\n", operation, s, wall[s] / 1e6, cpu[s] / 1e6, ratio, peak[s], bound(operation, s)
                }
            }
            function bound(operation, subject) {
                if (operation == "first run") return subject == "conex" ? "processes" : "processes, mounts"
                if (operation ~ /rmi/) return subject ~ /conex|erofs/ ? "freed pages of a few files" : "freed files"
                if (operation == "push") return "network"
                if (operation == "save") return subject ~ /docker|podman/ ? "files read, hash" : subject == "skopeo" ? "inflate" : "disk"
                if (subject == "conex") return operation == "pull" ? "inflate" : "hash, disk"
                if (subject == "containerd-erofs") return operation == "pull" ? "inflate, disk" : "hash, disk"
                return "files made"
            }' "$work/images.samples"
    done
}

layered_about() {
    echo "$(cat "$root/artifacts/bench/layered/about")"
    echo
}

# The layers are what is large.
layered_blobs() { find "$root/artifacts/bench/layered/oci/blobs/sha256" -size +1M | sort; }

# What pull and load are made of, each alone on one processor: no engine can be quicker than the sum of what it needs.
image_limits() {
    echo
    echo "## Images: the parts of a pull, each alone"
    start_registries
    mkdir "$work/limits-store"
    "$work/limits" parts "$work/limits-store" "http://127.0.0.1:5000/v2/bench/layered" $(layered_blobs)
    rm -rf "$work/limits-store"
}

image_mounts() {
    echo
    echo "## Images: mounting five layers"
    "$work/limits" mounts "$work/limits-store" $(layered_blobs)
    rm -rf "$work/limits-store"
}

# Layers that are all headers: what a file holds plays no part. Peers have the smallest alone: the others take them many minutes. containerd's erofs
# snapshotter is not among them: its mkfs.erofs did not end within eight.
image_memory() {
    local shape directories files
    echo
    echo "## Images: memory while a layer of many entries is taken in"
    echo "By \`load\` of an archive; resident is what client, daemon and helpers have together."
    echo
    echo "| layer | | resident at most | wall | CPU |"
    echo "|---|---|---|---|---|"
    rm -f "$work/images.samples"
    for shape in "100 1000" "1000 1000" "1 1000000" "1000000 0"; do
        read -r directories files <<<"$shape"
        "$work/limits" entries "$work/many.tar" "$directories" "$files"
        layered_layout "$work/many" "$work/many.tar"
        rm "$work/many.tar"
        skopeo copy -q "oci:$work/many:layered" "docker-archive:$work/many.tar:$archived"
        rm -rf "$work/many"
        for subject in conex containerd-overlayfs podman; do
            case $subject,$directories in conex,* | *,100) ;; *) continue ;; esac
            mkdir -p "$(group_of $subject)"
            begin_store $subject
            case $subject in
                conex) measured "$shape" "$product/conex" load -q -i "$work/many.tar" && "$product/conex" rmi $archived >/dev/null ;;
                podman) measured "$shape" $(podman_words) load -q -i "$work/many.tar" ;;
                *) measured "$shape" ctr_ images import --local --snapshotter overlayfs "$work/many.tar" ;;
            esac
            end_store $subject
        done
        rm "$work/many.tar"
    done
    awk -F '\t' '{
        split($1, shape, " ")
        name = shape[2] == 0 ? shape[1] " directories" : shape[1] == 1 ? shape[2] " files in one directory" : shape[1] * shape[2] " files in " shape[1] " directories"
        printf "| %s | %s | %d MB | %.1f s | %.1f s |\n", name, $2, $5, $3 / 1e6, $4 / 1e6
    }' "$work/images.samples"
}
