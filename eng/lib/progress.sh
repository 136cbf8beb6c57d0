# Long steps: what runs now goes to standard error, what it prints to a log. For `source`; needs $log.

# step TEXT COMMAND…: runs the command without a terminal. When it fails, the end of its output follows.
step() {
    local text=$1 status=0 start=$SECONDS process
    shift
    printf '%s …' "$text" >&2
    printf '\n== %s\n' "$text" >>"$log"
    # A process group of its own, so that an interrupt ends the compilers too. The lock (9) is not for it: whatever
    # it leaves behind would hold it.
    set -m
    "$@" </dev/null >>"$log" 2>&1 9>&- &
    process=$!
    set +m
    trap 'kill -- "-$process" 2>/dev/null; echo >&2; exit 130' INT
    trap 'kill -- "-$process" 2>/dev/null; echo >&2; exit 143' TERM HUP
    if [ -t 2 ]; then
        while sleep 0.2 && kill -0 "$process" 2>/dev/null; do
            printf '\r%s … %d s' "$text" $((SECONDS - start)) >&2
        done
    fi
    wait "$process" || status=$?
    trap - INT TERM HUP
    [ ! -t 2 ] || printf '\r%s …' "$text" >&2
    if [ "$status" = 0 ]; then
        printf ' %d s\n' $((SECONDS - start)) >&2
        return
    fi
    printf ' failed after %d s\n\n' $((SECONDS - start)) >&2
    awk '/^== / { lines = 0 } { line[lines++] = $0 }
        END { for (i = lines > 40 ? lines - 40 : 1; i < lines; i++) print "  " line[i] }' "$log" >&2
    printf '\nThe whole log: %s\n' "$log" >&2
    return "$status"
}
