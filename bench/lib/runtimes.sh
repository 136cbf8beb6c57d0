# The tables of OCI runtimes. For `source`; needs $work, $pair, $product, $bundle, $charged, $runs.

kept=/run/conex-runtime/@seccomp

# lifecycle COMMAND ID: the steps of pair from create to delete. What the container's own process costs counts, hence the cgroup; hence the
# pause too, in which the payload comes to rest. A processor that rested is slow at first, so state runs once before it counts.
lifecycle() {
    local runtime=$1 id=$2-%d pid=$work/$2-%d.pid
    echo "@$charged=create: $runtime create -b $work/waiting --pid-file $pid $id ; start: $runtime start $id" \
        "; @pause 10 ; $runtime state $id ; state: $runtime state $id ; exec: $runtime exec $id /bin/true" \
        "; kill: $runtime kill $id KILL ; @ended $pid ; delete: $runtime delete $id"
}

runtime_run() {
    echo
    echo "## Runtime: \`run\` of bench/bundle"
    "$pair" -n "$runs" -r crun "/bin/true=/bin/true" \
        "conex-runtime=$product/conex-runtime run -b $bundle conex-%d" \
        "crun=crun run -b $bundle crun-%d" \
        "runc=runc run -b $bundle runc-%d"
}

# Before each run its program's pages, and those of its libraries, go out of memory, as far as nobody else uses them, and the filters that a runtime keeps.
cold_run() {
    local newer="/usr/bin/crun --root /run/newer-crun" own
    own="@forget $kept ; $(forgets "$product/conex-runtime" true)"
    echo
    echo "## Runtime: a cold \`run\`: the program read from the disk, no filter kept"
    "$pair" -n "$runs" -r crun "conex-runtime=$own ; run: $product/conex-runtime run -b $bundle conex-cold-%d" \
        "crun=$(forgets /usr/bin/crun ldd) ; run: crun run -b $bundle crun-cold-%d"
    [ -d "$work/newer" ] || return 0
    echo
    in_newer "$pair" -n "$runs" -r "crun 1.28" "conex-runtime=$own ; run: $product/conex-runtime run -b $bundle conex-cold-%d" \
        "crun 1.28=@forget /run/newer-crun/.cache ; $(forgets /usr/bin/crun in_newer /lib64/ld-linux-x86-64.so.2 --list) ; run: $newer run -b $bundle newer-cold-%d"
}

# forgets PROGRAM LIST…: the steps of pair by which it and the libraries that LIST names go out of memory.
forgets() {
    local program=$1 file
    shift
    printf '@forget %s' "$program"
    for file in $("$@" "$program" | grep -o '/[^ ]*' || true); do printf ' ; @forget %s' "$file"; done
}

kernel_floor() {
    echo
    echo "## Runtime: \`run\` beside the kernel's own part"
    "$work/floor" "$runs" "$bundle" "$product/conex-runtime"
}

runtime_operations() {
    echo
    echo "## Runtime: operations on a container that waits"
    "$pair" -n "$runs" -r crun \
        "conex-runtime$(lifecycle "$product/conex-runtime" conex)" "crun$(lifecycle crun crun)" "runc$(lifecycle runc runc)"
}

newer_runtime() {
    local newer="/usr/bin/crun --root /run/newer-crun"
    echo
    echo "## Runtime beside the newer crun"
    [ -d "$work/newer" ] || { echo "no newer crun: $(cat "$work/newer.about")"; return 0; }
    echo "$(cat "$work/newer.about"), in a root of its own."
    echo
    in_newer "$pair" -n "$runs" -r crun \
        "conex-runtime=$product/conex-runtime run -b $bundle conex-newer-%d" "crun=$newer run -b $bundle newer-%d"
    echo
    in_newer "$pair" -n "$runs" -r crun \
        "conex-runtime$(lifecycle "$product/conex-runtime" conex-newer)" "crun$(lifecycle "$newer" newer)"
}

# each_runtime FUNCTION: calls it with a name and the words that run a container with this runtime. $in leads into the root it is in.
each_runtime() {
    local run="run -b $bundle once" version in=
    # shellcheck disable=SC2086
    {
        "$1" conex-runtime "$product/conex-runtime" $run
        "$1" crun crun $run
        if [ -d "$work/newer" ]; then
            version=$(sed 's/.*crun \([0-9.]*\) of.*/\1/' "$work/newer.about")
            in=in_newer "$1" "crun $version" crun --root /run/newer-crun $run
        fi
        "$1" runc runc $run
    }
}

peak_memory() {
    echo
    echo "## Runtime: peak memory of \`run\`, median of five"
    echo "| command | peak memory |"
    echo "|---|---|"
    peak_row /bin/true /bin/true
    each_runtime peak_row
}

# GNU time is small: a child's peak begins with what its parent had. busybox's time prints four times the truth.
peak_row() {
    local name=$1
    shift
    for _ in {1..5}; do
        ${in:-} /usr/bin/time -f %M -o "$work/peak" "$@" >/dev/null
        cat "$work/peak"
    done | sort -n | awk -v name="$name" '{peak[NR] = $1} END {print "| " name " | " peak[3] " KB |"}'
}

system_calls() {
    echo
    echo "## Runtime: system calls of \`run\`, all processes"
    echo "| command | calls |"
    echo "|---|---|"
    each_runtime calls_row
}

calls_row() {
    local name=$1
    shift
    ${in:-} strace -f -c -U name,calls -o "$work/calls" "$@"
    echo "| $name | $(awk '$1 == "total" || $2 == "total" {print $1 == "total" ? $2 : $1}' "$work/calls") |"
}

start_up() {
    echo
    echo "## Start-up"
    start_daemon
    "$pair" -n "$runs" -r "/bin/true" "/bin/true=/bin/true" "conex version --client=$product/conex version --client" \
        "conex version, daemon running=$product/conex version" "crun --version=crun --version" "runc --version=runc --version"
}
