# Makes the kernel, the initial ramfs and the disk of the virtual machine, once. For `source`; needs $cache and $cgroups, sets $image.
# Everything that a boot under emulation pays for is left out: the kernel is uncompressed, the initial ramfs holds
# only modules that reach disk and share, and units that no test needs are masked.

# The kernel and systemd of trixie have no memory and no cpuset hierarchy of version 1.
if [ "$cgroups" = v2 ]; then suite=trixie; else suite=bookworm; fi
packages=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,udev,kmod,apparmor,passwd,busybox-static,iproute2,nftables,uidmap,procps

need_image() {
    image=$cache/$(declare -p suite packages | cat - "${BASH_SOURCE[0]}" | sha256sum | cut -c 1-12)
    [ -e "$image/complete" ] && command -v qemu-system-x86_64 >/dev/null && return
    [ "$(id -u)" = 0 ] || cannot "making the disk of the virtual machine needs root"
    need_tools
    [ -e "$image/complete" ] || make_image
}

# cannot REASON: this machine cannot have a virtual machine; that is no failure of what is tested.
cannot() {
    echo "$*" >&2
    exit 77
}

need_tools() {
    local missing=()
    command -v qemu-system-x86_64 >/dev/null || missing+=(qemu-system-x86)
    command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
    command -v mke2fs >/dev/null || missing+=(e2fsprogs)
    command -v zstd >/dev/null || missing+=(zstd)
    command -v xz >/dev/null || missing+=(xz-utils)
    [ ${#missing[@]} = 0 ] && return
    {
        apt-get -q -o DPkg::Lock::Timeout=120 update &&
            DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "${missing[@]}"
    } </dev/null >&2 || cannot "apt-get cannot install ${missing[*]}, which the virtual machine needs"
}

make_image() {
    local mirror root work
    mirror=${CONEX_VM_MIRROR:-$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        grep -E '^(deb |URIs:)' | grep -oE 'https?://[^ ]+/debian\b' | head -n 1 || true)}
    [ -n "$mirror" ] || cannot "apt's sources name no Debian mirror for the virtual machine: CONEX_VM_MIRROR can"
    rm -rf "$cache"/*.new
    work=$image.new
    root=$(mktemp -d "${TMPDIR:-/tmp}/conex-vm-root.XXXXXX")
    mkdir -p "$work"
    chmod 755 "$root"
    mmdebstrap --quiet --mode=root --variant=apt --skip=check/empty --skip=cleanup/apt/lists --include="$packages" \
        --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$suite" "$root" "deb $mirror $suite main" >&2 ||
        { rm -rf "$root" "$work"; cannot "mmdebstrap cannot make the disk of the virtual machine from $mirror"; }
    add_kernel
    add_user
    mask_units
    add_job
    make_initrd
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
    truncate -s 8G "$work/root.ext4"
    mke2fs -q -t ext4 -F -E lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0 -O ^has_journal -d "$root" "$work/root.ext4" >&2
    rm -rf "$root"
    : >"$work/complete"
    mv "$work" "$image"
}

# The kernel's package without its dependencies; the payload of its bzImage is zstd and, as ELF, boots without real mode.
add_kernel() {
    local package offset
    package=$(chroot "$root" apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
    chroot "$root" sh -c "cd /tmp && apt-get download -qq $package"
    dpkg-deb -x "$root"/tmp/linux-image*.deb "$root/tmp/kernel"
    mkdir -p "$root/usr/lib/modules"
    mv "$root"/tmp/kernel/*lib/modules/* "$root/usr/lib/modules/" 2>/dev/null || mv "$root"/tmp/kernel/usr/lib/modules/* "$root/usr/lib/modules/"
    modules=$(echo "$root"/usr/lib/modules/*)
    offset=$(grep -abo $'\x28\xb5\x2f\xfd' "$root"/tmp/kernel/boot/vmlinuz-* | head -n 1 | cut -d : -f 1 || true)
    [ -z "$offset" ] || tail -c +$((offset + 1)) "$root"/tmp/kernel/boot/vmlinuz-* | zstd -dcq 2>/dev/null >"$work/vmlinux" || true
    [ -s "$work/vmlinux" ] || cp "$root"/tmp/kernel/boot/vmlinuz-* "$work/vmlinux"
    rm -rf "$root"/tmp/*
    (cd "$modules/kernel/drivers" && rm -rf infiniband comedi hid nvme target ata gpu scsi media net/ethernet net/wireless)
    find "$modules" -name '*.ko.xz' -print0 | xargs -0 -r -P "$(nproc)" -n 64 xz -d
    chroot "$root" depmod "${modules##*/}"
}

# An ordinary user with a systemd instance that owns a part of the cgroup tree.
add_user() {
    chroot "$root" useradd -m -u 1000 -s /bin/bash tester
    grep -q ^tester: "$root/etc/subuid" || echo tester:100000:65536 | tee -a "$root/etc/subuid" >>"$root/etc/subgid"
    mkdir -p "$root/var/lib/systemd/linger" "$root/etc/systemd/system/user@.service.d" "$root/mnt/share"
    touch "$root/var/lib/systemd/linger/tester"
    printf '[Service]\nDelegate=cpu cpuset io memory pids\n' >"$root/etc/systemd/system/user@.service.d/delegate.conf"
    echo conexvm >"$root/etc/hostname"
    printf '127.0.0.1 localhost conexvm\n' >"$root/etc/hosts"
    : >"$root/etc/fstab"
    echo 11111111111111111111111111111111 >"$root/etc/machine-id"
    # A hundred profiles cost ten seconds of emulated parsing; the kernel enforces with two.
    find "$root/etc/apparmor.d" -maxdepth 1 -type f ! -name lsb_release ! -name unprivileged_userns -delete
}

mask_units() {
    local unit
    for unit in \
        {getty@tty1,serial-getty@ttyS0,systemd-timesyncd,systemd-networkd,systemd-networkd-wait-online,systemd-resolved}.service \
        {apt-daily,apt-daily-upgrade,dpkg-db-backup,fstrim,e2scrub_all,systemd-tmpfiles-clean}.timer e2scrub_reap.service \
        systemd-{hwdb-update,random-seed,update-utmp,journal-flush,journal-catalog-update,pstore,firstboot,binfmt}.service \
        systemd-{machine-id-commit,remount-fs,modules-load,sysctl,tmpfiles-setup-dev-early,tmpfiles-setup-dev}.service \
        systemd-{udev-trigger,udevd}.service systemd-udevd-{control,kernel}.socket systemd-ask-password-{console,wall}.path \
        modprobe@{drm,efi_pstore,fuse,configfs,dm_mod,loop}.service kmod-static-nodes.service nftables.service \
        {sys-kernel-debug,sys-kernel-tracing,sys-kernel-config,sys-fs-fuse-connections,dev-hugepages,dev-mqueue,tmp,run-lock}.mount \
        keyboard-setup.service console-setup.service; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
}

add_job() {
    cat >"$root/etc/systemd/system/vm-job.service" <<'END'
[Unit]
After=basic.target dbus.service systemd-logind.service systemd-user-sessions.service
[Service]
ExecStart=/bin/sh /run/vm/runner
StandardOutput=null
KillMode=none
Delegate=yes
END
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -sf ../vm-job.service "$root/etc/systemd/system/multi-user.target.wants/vm-job.service"
}

# What the kernel has not built in, in the order of loading.
add_modules() {
    local name file
    : >"$tree/modules"
    for name in virtio_pci virtio_blk ext4 virtiofs virtio_console; do
        for file in $(chroot "$root" modprobe -S "${modules##*/}" -D "$name" | awk '$1 == "insmod" { print $2 }'); do
            [ ! -e "$tree/${file##*/}" ] || continue
            cp "$root$file" "$tree/"
            echo "${file##*/}" >>"$tree/modules"
        done
    done
}

# Mounts the disk and the share, takes the job from it, and hands over to systemd.
make_initrd() {
    local tree=$work/tree
    mkdir -p "$tree/bin" "$tree/root" "$tree/proc" "$tree/dev"
    cp "$root/bin/busybox" "$tree/bin/"
    add_modules
    cat >"$tree/init" <<'END'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc p /proc
$b mount -t devtmpfs d /dev
while read -r module; do $b insmod "/$module"; done </modules
n=0
until [ -b /dev/vda ] || [ $n -ge 200 ]; do $b sleep 0.05; n=$((n + 1)); done
$b mount -t ext4 -o noatime /dev/vda /root || exec $b sh
$b mount -t tmpfs -o mode=755 run /root/run
$b mkdir /root/run/vm
$b mount -t virtiofs share /root/mnt/share && $b cp /root/mnt/share/.vm-job/* /root/run/vm/
$b umount /proc
$b mount --move /dev /root/dev
exec $b switch_root /root /sbin/init
END
    chmod 755 "$tree/init"
    (cd "$tree" && find . | "$root/bin/busybox" cpio -o -H newc -R 0:0 2>/dev/null) >"$work/initrd"
    rm -rf "$tree"
}
