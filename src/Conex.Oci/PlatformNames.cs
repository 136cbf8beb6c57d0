namespace Conex.Oci;

/// <summary>The names that platforms go by, and which of them run each other's programs.</summary>
internal static class PlatformNames
{
    private const int OldestArm = 5;
    private const int UsualArm64 = 8;

    internal static string Os(string name) => name == "macos" ? "darwin" : name;

    /// <summary>The usual name of an architecture, and its variant unless it is the usual one.</summary>
    internal static (string Architecture, string Variant) Architecture(string name, string variant) =>
        (name, variant) switch
        {
            ("i386", _) => ("386", ""),
            ("x86_64" or "x86-64" or "amd64", "v1") => ("amd64", ""),
            ("x86_64" or "x86-64" or "amd64", _) => ("amd64", variant),
            ("aarch64" or "arm64", "8" or "v8" or "v8.0") => ("arm64", ""),
            ("aarch64" or "arm64", "9" or "9.0" or "v9.0") => ("arm64", "v9"),
            ("aarch64" or "arm64", _) => ("arm64", variant),
            ("armhf", _) => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            ("arm", "") => ("arm", "v7"),
            ("arm", "5" or "6" or "7" or "8") => ("arm", "v" + variant),
            _ => (name, variant),
        };

    internal static string? Parse(string text, out Platform platform)
    {
        platform = default;
        string[] parts = text.Split('/');
        foreach (string part in parts)
        {
            if (!IsName(part))
            {
                return $"platform \"{text}\": \"{part}\" is no name of letters, digits, '-', '_' and '.'";
            }
        }
        switch (parts)
        {
            case [var os, var architecture]:
                platform = Platform.Create(os, architecture, variant: null);
                return null;
            case [var os, var architecture, var variant]:
                platform = Platform.Create(os, architecture, variant);
                return null;
            case [var word]:
                return ParseWord(word, out platform);
            default:
                return $"platform \"{text}\": expected os/arch or os/arch/variant";
        }
    }

    internal static Platform[] Runnable(Platform platform) =>
        platform.Architecture switch
        {
            "amd64" => [.. Variants(platform, oldest: 1), Other(platform, "386", "")],
            "arm64" => [.. Arm64(platform), .. Variants(Other(platform, "arm", "v8"), OldestArm)],
            "arm" => Variants(platform, OldestArm),
            _ => [platform],
        };

    /// <summary>ARMv9.n is ARMv8.(n+5) and more.</summary>
    private static Platform[] Arm64(Platform platform)
    {
        if (!TryVersion(platform.Variant, out int major, out int minor))
        {
            return [platform];
        }
        List<Platform> platforms = [];
        if (major == UsualArm64 + 1)
        {
            for (int older = minor; older >= 0; older--)
            {
                platforms.Add(Other(platform, "arm64", $"v9.{older}"));
            }
            minor = Math.Min(minor + 5, 9);
        }
        for (int older = minor; older >= 0; older--)
        {
            platforms.Add(Other(platform, "arm64", $"v8.{older}"));
        }
        return [.. platforms];
    }

    private static bool TryVersion(string variant, out int major, out int minor)
    {
        (major, minor) = variant switch
        {
            "" => (UsualArm64, 0),
            ['v', '8' or '9'] => (variant[1] - '0', 0),
            ['v', '8' or '9', '.', >= '0' and <= '9'] => (variant[1] - '0', variant[3] - '0'),
            _ => (0, 0),
        };
        return major > 0;
    }

    private static Platform[] Variants(Platform platform, int oldest)
    {
        List<Platform> platforms = [platform];
        int newest = platform.Variant is ['v', >= '0' and <= '9'] ? platform.Variant[1] - '0' : oldest;
        for (int level = newest - 1; level >= oldest; level--)
        {
            platforms.Add(Other(platform, platform.Architecture, $"v{level}"));
        }
        return [.. platforms];
    }

    private static Platform Other(Platform platform, string architecture, string variant) =>
        Platform.Create(platform.Os, architecture, variant);

    private static string? ParseWord(string word, out Platform platform)
    {
        platform = default;
        string name = word.ToLowerInvariant();
        if (
            Os(name)
            is "linux"
                or "windows"
                or "darwin"
                or "freebsd"
                or "netbsd"
                or "openbsd"
                or "dragonfly"
                or "solaris"
                or "illumos"
                or "aix"
                or "android"
                or "plan9"
        )
        {
            platform = Platform.Create(name, Platform.Current.Architecture, Platform.Current.Variant);
            return null;
        }
        (string architecture, string variant) = Architecture(name, "");
        if (
            architecture
            is "386"
                or "amd64"
                or "arm"
                or "arm64"
                or "ppc64"
                or "ppc64le"
                or "loong64"
                or "mips"
                or "mipsle"
                or "mips64"
                or "mips64le"
                or "riscv64"
                or "s390x"
                or "wasm"
        )
        {
            platform = Platform.Create(Platform.Current.Os, architecture, variant);
            return null;
        }
        return $"platform \"{word}\": unknown operating system or architecture";
    }

    private static bool IsName(string text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }
        return text.Length > 0;
    }
}
