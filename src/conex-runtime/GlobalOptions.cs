using System.Globalization;
using Conex.CommandLine;
using Conex.CommandLine.Values;
using Conex.Linux.Errors;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;

namespace ConexRuntime;

/// <summary>The options before the command: where state lies and where errors go.</summary>
internal sealed record GlobalOptions(RuntimeContext Context, ErrorLog? Log, bool LogJson)
{
    internal static GlobalOptions Of(Invocation invocation)
    {
        Invocation root = invocation.Root;
        string? state = root.Text("root");
        if (state is { Length: 0 } || (state is not null && Path.GetFullPath(state) == "/"))
        {
            throw new UsageException("root", "conex-runtime: --root must not be the root of the file system\n", 1);
        }
        bool ofUser = state is null && StateRoot.IsOfUser;
        return new GlobalOptions(
            new RuntimeContext(() => state is null ? StateRoot.Find(ofUser) : Path.GetFullPath(state))
            {
                IsRootSticky = ofUser,
                Rootless = RootlessOf(root),
                CgroupDriver = DriverOf(root),
                Warn = text => Output.Error($"conex-runtime: warning: {text}\n"),
            },
            ErrorLog.Parse(root.Text("log")),
            root.Text("log-format") == "json"
        );
    }

    /// <summary>Reports an error on standard error and, where one was named, in the log, as callers of runc expect.</summary>
    internal void Report(Exception e) => Report(FailureSentence.Of(e), LogFields.Of(e));

    /// <inheritdoc cref="Report(Exception)"/>
    internal void Report(string message, LogFields fields = default)
    {
        Output.Error(Log is null && LogJson ? Json(message, fields) : $"conex-runtime: {message}\n");
        try
        {
            Log?.Add(
                message,
                LogJson
                    ? Json(message, fields)
                    : $"time=\"{Now()}\" level=error msg=\"{message.Replace("\"", "\\\"", StringComparison.Ordinal)}\"\n"
            );
        }
        catch (KernelException e)
        {
            Output.Error($"conex-runtime: --log {Log}: {e.Message}\n");
        }
    }

    private static CgroupDriver DriverOf(Invocation root) =>
        (root.Flag("systemd-cgroup"), root.Text("cgroup-manager")) switch
        {
            (true, _) or (_, "systemd") => CgroupDriver.Systemd,
            (_, null or "" or "cgroupfs") => CgroupDriver.FileSystem,
            (_, "disabled") => CgroupDriver.Disabled,
            (_, var other) => throw new UsageException(
                "cgroup-manager",
                $"conex-runtime: --cgroup-manager {other}: known are cgroupfs, systemd and disabled\n",
                1
            ),
        };

    private static string Json(string message, LogFields fields) =>
        $"{{\"level\":\"error\",\"msg\":\"{LogFields.Escape(message)}\",\"time\":\"{Now()}\"{fields.Json}}}\n";

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <returns>Null: the caller's rights say it.</returns>
    private static bool? RootlessOf(Invocation root) =>
        root.Text("rootless") switch
        {
            null or "" or "auto" => null,
            var text => BooleanText.Parse(text)
                ?? throw new UsageException("rootless", $"conex-runtime: --rootless {text}: known are true, false and auto\n", 1),
        };
}
