# Namespaces and cgroups that everything measured is in. For `source`; needs $name and $work.

# contain COMMAND…: runs it as the first process of a PID namespace: when it ends, so does whatever it started.
contain() {
    local group
    make_groups
    {
        while read -r group; do
            # Of a hybrid layout's empty v2 tree, see enter.
            case $group in */unified/*) ;; *) echo $BASHPID >"$group/cgroup.procs" ;; esac
        done <"$work/groups"
        exec unshare --mount --pid --net --cgroup --fork --kill-child --mount-proc "$@"
    } </dev/null &
    contained=$!
    wait $contained
}

make_groups() {
    local type point group file
    while read -r _ point type _; do
        case $type in cgroup | cgroup2) ;; *) continue ;; esac
        group=$point/$name
        mkdir "$group"
        echo "$group" >>"$work/groups"
        # A new cpuset takes no process until it has processors and memory.
        for file in cpuset.cpus cpuset.mems; do
            [ "$type" = cgroup2 ] || [ ! -e "$group/$file" ] || cat "$point/$file" >"$group/$file"
        done
    done </proc/mounts
}

# The other side of contain: here the tree of cgroups begins at our own groups, and /run and /dev/shm are empty.
enter() {
    local point type options
    grep -E '^[^ ]+ [^ ]+ cgroup2? ' /proc/mounts >"$work/cgroup-mounts"
    while read -r _ point type options _; do
        umount "$point"
        case $type,$options,$point in
            # crun refuses a hybrid cgroup layout: there is pure v1 here, for everyone alike.
            cgroup2,*/unified) ;;
            cgroup2,*) mount -t cgroup2 cgroup2 "$point" ;;
            cgroup,*name=*) mount -t cgroup -o "none,name=${options##*name=}" cgroup "$point" ;;
            cgroup,*) mount -t cgroup -o "$options" cgroup "$point" ;;
        esac
    done <"$work/cgroup-mounts"
    charged=/sys/fs/cgroup/cpuacct
    [ -d "$charged" ] || enter_v2
    mount -t tmpfs -o mode=755 tmpfs /run
    mount -t tmpfs tmpfs /dev/shm
    mkdir /run/lock
    busybox ip link set lo up
    pair=$work/pair
    product=$work/product
    bundle=$work/bundle
    export CONEX_DATA_ROOT=$work/data
}

# In v2 a group with controllers for its children holds no processes itself.
enter_v2() {
    charged=/sys/fs/cgroup
    mkdir "$charged/shell"
    echo 0 >"$charged/shell/cgroup.procs"
    sed 's/[^ ]*/+&/g' "$charged/cgroup.controllers" >"$charged/cgroup.subtree_control"
}

# in_newer COMMAND…: runs it in the root with the newer crun. A chroot would not do: pivot_root(2) refuses in one.
in_newer() {
    # shellcheck disable=SC2016
    unshare --mount sh -c '
        set -e
        newer=$1 work=$2
        shift 2
        mount --bind "$newer" "$newer"
        for folder in proc sys dev run; do mount --rbind "/$folder" "$newer/$folder"; done
        mount --bind "$work" "$newer$work"
        cd "$newer"
        pivot_root . old
        cd /
        /usr/bin/busybox umount -l /old
        exec "$@"' sh "$work/newer" "$work" "$@"
}

# Nothing outside holds a mount of what was inside.
clean_up() {
    trap '' INT TERM HUP
    if [ -n "${contained:-}" ]; then
        kill -KILL "$contained" 2>/dev/null || true
        wait "$contained" 2>/dev/null || true
    fi
    local group
    touch "$work/groups"
    while read -r group; do
        # The kernel may still be ending the last processes.
        for _ in {1..100}; do
            find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
            [ -d "$group" ] || break
            sleep 0.1
        done
        [ ! -d "$group" ] || say "cannot remove $group"
    done <"$work/groups"
    rm -rf --one-file-system "$work"
}
