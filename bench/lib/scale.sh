# What a container costs when many are there already. For `source`; needs $work, $product, $scale.

# Both runtimes in turn, so that a machine whose speed drifts is as slow for one as for the other: of 500, a thousand are there at the end.
many_containers() {
    local i
    echo
    echo "## Runtime: $scale containers side by side, each runtime"
    for ((i = 0; i < scale; i++)); do
        timed conex.made begin_one "$product/conex-runtime" "conex-scale-$i"
        timed crun.made begin_one crun "crun-scale-$i"
    done
    for ((i = 0; i < scale; i++)); do
        timed conex.gone "$product/conex-runtime" delete --force "conex-scale-$i"
        timed crun.gone crun delete --force "crun-scale-$i"
    done
    echo "Median of wall time for each container; a delete of the first 50 has all the others around it, one of the last has none."
    echo
    echo "| command | first 50 | last 50 | last / first |"
    echo "|---|---|---|---|"
    scale_row "conex-runtime: create, start" conex.made
    scale_row "crun: create, start" crun.made
    scale_row "conex-runtime: delete --force" conex.gone
    scale_row "crun: delete --force" crun.gone
}

begin_one() {
    "$1" create -b "$work/waiting" "$2" && "$1" start "$2"
}

# timed NAME COMMAND…: appends what it took, in microseconds, to the samples of this name.
timed() {
    local samples=$work/scale.$1 begin=${EPOCHREALTIME/[.,]/}
    shift
    "$@" </dev/null >/dev/null 2>"$work/scale.errors" || { cat "$work/scale.errors" >&2; return 1; }
    echo $((${EPOCHREALTIME/[.,]/} - begin)) >>"$samples"
}

scale_row() {
    local first last
    first=$(head -n 50 "$work/scale.$2" | middle)
    last=$(tail -n 50 "$work/scale.$2" | middle)
    awk -v name="$1" -v first="$first" -v last="$last" \
        'BEGIN {printf "| %s | %.2f ms | %.2f ms | %.2f |\n", name, first / 1000, last / 1000, last / first}'
}

middle() {
    sort -n | awk '{value[NR] = $1} END {print value[int((NR + 1) / 2)]}'
}
