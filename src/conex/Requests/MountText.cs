using System.Globalization;
using Conex.Cli.Output;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Requests;

/// <summary>The value of <c>--mount</c>: <c>type=bind,source=/a,target=/b,readonly</c>.</summary>
internal static class MountText
{
    /// <exception cref="FormatException">A field is wrong, missing, or does not go with the type.</exception>
    internal static MountRequest Parse(string text)
    {
        var type = "volume";
        string? source = null;
        var target = "";
        bool? readOnly = null;
        string? consistency = null;
        BindOptions? bind = null;
        TmpfsOptions? tmpfs = null;
        var hasVolumeOptions = false;
        foreach (var field in CsvFields.Split(text))
        {
            var (name, value) = Pairs.Split(field, '=');
            var key = name.ToLowerInvariant();
            if (value is null)
            {
                switch (key)
                {
                    case "readonly" or "ro":
                        readOnly = true;
                        continue;
                    case "volume-nocopy":
                        hasVolumeOptions = true;
                        continue;
                    case "bind-nonrecursive":
                        bind = (bind ?? new()) with { NonRecursive = true };
                        continue;
                    default:
                        throw new FormatException($"invalid field '{field}' must be a key=value pair");
                }
            }
            switch (key)
            {
                case "type":
                    type = value.ToLowerInvariant();
                    break;
                case "source" or "src":
                    source = value.StartsWith('.') ? Path.GetFullPath(value) : value;
                    break;
                case "target" or "dst" or "destination":
                    target = value;
                    break;
                case "readonly" or "ro":
                    readOnly = Truth(name, value);
                    break;
                case "consistency":
                    consistency = value.ToLowerInvariant();
                    break;
                case "bind-propagation":
                    bind = (bind ?? new()) with { Propagation = value.ToLowerInvariant() };
                    break;
                case "bind-nonrecursive":
                    bind = (bind ?? new()) with { NonRecursive = Truth(name, value) };
                    break;
                case "bind-recursive":
                    bind = Recursive(bind ?? new(), value);
                    break;
                case "tmpfs-size":
                    tmpfs = (tmpfs ?? new()) with
                    {
                        SizeBytes = SizeText.TryParse(value, out var bytes) ? bytes : throw Invalid(name, value),
                    };
                    break;
                case "tmpfs-mode":
                    tmpfs = (tmpfs ?? new()) with { Mode = Octal(name, value) };
                    break;
                default:
                    if (!key.StartsWith("volume-", StringComparison.Ordinal))
                        throw new FormatException($"unexpected key '{name}' in '{field}'");
                    hasVolumeOptions = true;
                    break;
            }
        }
        if (type.Length == 0)
            throw new FormatException("type is required");
        if (target.Length == 0)
            throw new FormatException("target is required");
        if (bind is not null && type != "bind")
            throw new FormatException($"cannot mix 'bind-*' options with mount type '{type}'");
        if (tmpfs is not null && type != "tmpfs")
            throw new FormatException($"cannot mix 'tmpfs-*' options with mount type '{type}'");
        if (hasVolumeOptions && type != "volume")
            throw new FormatException($"cannot mix 'volume-*' options with mount type '{type}'");
        if (type is not ("bind" or "tmpfs"))
            throw new FormatException(
                $"mount type '{type}' is not supported: use bind or tmpfs"
                    + (type == "volume" ? " (the type is volume when none is given)" : "")
            );
        return new MountRequest
        {
            Type = type,
            Source = source,
            Target = target,
            ReadOnly = readOnly,
            Consistency = consistency,
            BindOptions = bind,
            TmpfsOptions = tmpfs,
        };
    }

    private static BindOptions Recursive(BindOptions bind, string value) =>
        value switch
        {
            "enabled" => bind,
            "disabled" => bind with { NonRecursive = true },
            "writable" => bind with { ReadOnlyNonRecursive = true },
            "readonly" => bind with { ReadOnlyForceRecursive = true },
            _ => throw new FormatException(
                $"invalid value for bind-recursive: {value} (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")"
            ),
        };

    private static bool Truth(string name, string value) =>
        value.ToLowerInvariant() switch
        {
            "1" or "t" or "true" => true,
            "0" or "f" or "false" => false,
            _ => throw Invalid(name, value),
        };

    private static uint Octal(string name, string value)
    {
        var mode = 0u;
        if (value.Length is 0 or > 10)
            throw Invalid(name, value);
        foreach (var digit in value)
            mode = digit is >= '0' and <= '7' ? (mode * 8) + (uint)(digit - '0') : throw Invalid(name, value);
        return mode;
    }

    private static FormatException Invalid(string name, string value) =>
        new(string.Create(CultureInfo.InvariantCulture, $"invalid value for {name}: {value}"));
}
