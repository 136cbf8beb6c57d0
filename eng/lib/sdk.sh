# The .NET SDK that global.json names. For `source`; needs $root, packages.sh and progress.sh.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true
# A bare Debian has no ICU, without which the SDK's own programs refuse to start.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# No build server outlives a build: it would keep the memory. The compiler's is one of our own, which `stop_compiler` ends.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
# What lives for a minute: the compiler's server asks for the collector of a server, which costs it half of its time on few processors, and code
# that is measured before it is compiled again pays off later than that.
export DOTNET_gcServer=0 DOTNET_TieredPGO=0
compiler_options=(-p:UseSharedCompilation=true "-p:SharedCompilationId=conex-$$")
export HOME=${HOME:-$root/artifacts/home}

# need_sdk: puts the SDK first on PATH; fetches it when it is nowhere.
need_sdk() {
    local version
    version=$(sed -n '/"sdk"/,/}/s/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json")
    find_sdk "$version" && return
    command -v curl >/dev/null && [ -s /etc/ssl/certs/ca-certificates.crt ] || need_packages curl ca-certificates || return
    step "fetching the .NET SDK $version to ~/.dotnet" fetch_sdk "$version" && find_sdk "$version" && return
    cat >&2 <<END

The .NET SDK $version is missing, and Microsoft's install script (https://dot.net/v1/dotnet-install.sh) could not bring it.
Fetch https://builds.dotnet.microsoft.com/dotnet/Sdk/$version/dotnet-sdk-$version-linux-x64.tar.gz where that is possible, then here:
  mkdir -p ~/.dotnet && tar -xzf dotnet-sdk-$version-linux-x64.tar.gz -C ~/.dotnet
END
    return 1
}

stop_compiler() {
    local server
    [ -n "${DOTNET_ROOT:-}" ] || return 0
    for server in "$DOTNET_ROOT"/sdk/*/Roslyn/bincore/VBCSCompiler.dll; do
        [ ! -e "$server" ] || dotnet "$server" -shutdown "-pipename:conex-$$" >/dev/null 2>&1 9>&-
    done
}

# The lock files hold the compiler of exactly this SDK, so a newer patch will not do.
find_sdk() {
    local candidate
    for candidate in "$(command -v dotnet)" "${DOTNET_ROOT:-}/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet "$HOME/.dotnet/dotnet"; do
        if [ -x "$candidate" ] && [ "$(cd "$root" && "$candidate" --version 2>/dev/null)" = "$1" ]; then
            candidate=$(readlink -f "$candidate")
            export DOTNET_ROOT=${candidate%/*}
            export PATH=$DOTNET_ROOT:$PATH
            return
        fi
    done
    return 1
}

fetch_sdk() {
    local script=$root/artifacts/dotnet-install.sh
    curl -fsSL --retry 2 --connect-timeout 20 -o "$script" https://dot.net/v1/dotnet-install.sh &&
        bash "$script" --version "$1" --install-dir "$HOME/.dotnet" --no-path
}
