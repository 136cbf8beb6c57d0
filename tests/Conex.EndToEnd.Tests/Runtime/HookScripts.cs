using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Hooks that are shell scripts, and the file that they write to.</summary>
internal static class HookScripts
{
    /// <summary>In the order in which they run.</summary>
    internal static readonly string[] Kinds = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    internal static Hook Script(string script) =>
        new()
        {
            Path = "/bin/sh",
            Args = ["sh", "-c", script],
            Env = ["PATH=/usr/bin:/bin"],
        };

    /// <summary>Hooks of one kind alone.</summary>
    internal static Hooks Only(string kind, params Hook[] hooks) =>
        kind switch
        {
            "prestart" => new Hooks { Prestart = hooks },
            "createRuntime" => new Hooks { CreateRuntime = hooks },
            "createContainer" => new Hooks { CreateContainer = hooks },
            "startContainer" => new Hooks { StartContainer = hooks },
            "poststart" => new Hooks { Poststart = hooks },
            _ => new Hooks { Poststop = hooks },
        };

    /// <summary>One hook of each kind.</summary>
    internal static Hooks Everywhere(Func<string, Hook> make) =>
        new()
        {
            Prestart = [make("prestart")],
            CreateRuntime = [make("createRuntime")],
            CreateContainer = [make("createContainer")],
            StartContainer = [make("startContainer")],
            Poststart = [make("poststart")],
            Poststop = [make("poststop")],
        };

    /// <summary>The bundle with a directory that hooks and payload write to.</summary>
    internal static TestBundle WithHookLog(this RuntimeHouse house, TestBundle bundle)
    {
        Directory.CreateDirectory($"{house.Place}/out");
        Directory.CreateDirectory($"{bundle.Rootfs}/out");
        return bundle.Mount("/out", "bind", $"{house.Place}/out", "rbind", "rw");
    }

    /// <summary>The directory of the logs as a hook sees it.</summary>
    internal static string HookOutput(this RuntimeHouse house, string kind) => kind == "startContainer" ? "/out" : $"{house.Place}/out";

    internal static string[] HookLog(this RuntimeHouse house) =>
        File.Exists($"{house.Place}/out/log") ? File.ReadAllLines($"{house.Place}/out/log") : [];
}
