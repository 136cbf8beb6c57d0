# The tables of engines, which all have a daemon or helpers that outlive a command. For `source`; needs $work, $pair, $product, $charged and
# $engine_runs.

# start_daemon: starts conexd, in a cgroup of its own as whatever it starts, and loads the image. Its number is in $work/conexd.pid.
start_daemon() {
    [ ! -e "$work/conexd.pid" ] || return 0
    (
        join "$charged/conex-engine"
        "$product/conex" import "$work/base.tar" bench:1 >/dev/null
    )
    # Of this PID namespace there is one.
    pgrep -x conexd >"$work/conexd.pid"
}

join() {
    mkdir -p "$1"
    echo $BASHPID >"$1/cgroup.procs"
}

podman_words() {
    echo "podman --root $work/podman --runroot $work/podman-run --cgroup-manager=cgroupfs"
}

# Its tables are beside ours only if it comes up.
start_dockerd() {
    [ -d "$work/docker" ] || return 1
    (
        join "$charged/docker-engine"
        export PATH=$work/docker/usr/sbin:$work/docker/usr/bin:$PATH
        exec dockerd --data-root "$work/docker-data" --exec-root /run/docker-exec --pidfile /run/dockerd.pid \
            --host unix:///run/docker.sock --cgroup-parent /docker --iptables=false --ip-forward=false --bridge=none
    ) >"$work/dockerd.log" 2>&1 &
    for _ in {1..100}; do
        ! docker_ version >/dev/null 2>&1 || break
        sleep 0.2
    done
    docker_ import "$work/base.tar" bench:1 >/dev/null || { say "dockerd does not come up: $(tail -n 1 "$work/dockerd.log")"; return 1; }
}

docker_() { "$work/docker/usr/bin/docker" -H unix:///run/docker.sock "$@"; }

# engine NAME GROUP,GROUP COMMAND: a subject of pair. CPU is what the groups were charged; the first one holds the command and its daemons.
engine() {
    local groups=() group
    for group in ${2//,/ }; do
        mkdir -p "$charged/$group"
        groups+=("$charged/$group")
    done
    echo "$1@$(IFS=,; echo "${groups[*]}")=@join ${groups[0]} ; run: $3 bench:1 /bin/true"
}

engines() {
    local subjects
    echo
    echo "## Engine: \`run --rm --network none\` of one image"
    start_daemon
    subjects=("$(engine "conex run" conex-engine,conex "$product/conex run --rm --network none")")
    $(podman_words) import "$work/base.tar" bench:1 >/dev/null 2>&1
    subjects+=("$(engine "podman run" podman-engine,libpod_parent \
        "$(podman_words) run --rm --network none --ulimit nofile=1024:1024 --ulimit nproc=10000:10000")")
    if start_dockerd; then
        subjects+=("$(engine "docker run" docker-engine,docker \
            "$work/docker/usr/bin/docker -H unix:///run/docker.sock run --rm --network none")")
    fi
    "$pair" -n "$engine_runs" -w 2 -s 300 -r "conex run" "${subjects[@]}"
    [ ! -e /run/dockerd.pid ] || kill "$(cat /run/dockerd.pid)"
}

memory() {
    local pid
    start_daemon
    for _ in {1..10}; do "$product/conex" run -d --network none bench:1 /bin/sleep 1000 >/dev/null; done
    sleep 30
    echo
    echo "## Memory, 30 s after the last request"
    echo "| process | unique set size | PSS |"
    echo "|---|---|---|"
    for pid in $(pgrep -f '^[^ ]*conex-runtime .*monitor'); do unique_and_shared "$pid"; done | sort -n |
        awk '{unique[NR] = $1; pss[NR] = $2; i = int((NR + 1) / 2)}
            END {print "| monitor, median of " NR " | " unique[i] " KB | " pss[i] " KB |"}'
    unique_and_shared "$(cat "$work/conexd.pid")" | awk '{print "| conexd, ten containers | " $1 " KB | " $2 " KB |"}'
}

unique_and_shared() {
    awk '/^Private_(Clean|Dirty)/ {unique += $2} /^Pss:/ {pss = $2} END {print unique, pss}' "/proc/$1/smaps_rollup"
}
