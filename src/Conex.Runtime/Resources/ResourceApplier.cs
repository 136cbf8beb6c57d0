using System.Globalization;
using Conex.Linux.Cgroups;
using Conex.Linux.Cgroups.Devices;
using Conex.Linux.Errors;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Launch;

namespace Conex.Runtime.Resources;

/// <summary>Puts a container's limits in force.</summary>
public static class ResourceApplier
{
    /// <summary>Limits a new cgroup, before a process joins it. Devices are denied unless a rule allows them.</summary>
    /// <param name="rootless">Go on without device rules when this user may not set any; a user namespace already keeps the container from
    /// the host's devices.</param>
    /// <returns>What was asked for and left out, a sentence each.</returns>
    /// <exception cref="InvalidSpecException">A limit makes no sense, cannot be had on this host or is refused.</exception>
    /// <exception cref="CgroupException">The device rules cannot be expressed.</exception>
    /// <exception cref="KernelException">The device rules were refused.</exception>
    public static IReadOnlyList<string> Apply(Cgroup cgroup, LinuxResources? resources, bool rootless = false)
    {
        ApplyDevices(cgroup, resources, rootless);
        return ApplyLimits(cgroup, resources);
    }

    /// <summary>The device rules alone. While they are written nothing may be opened or made: no process may be in the cgroup yet.</summary>
    /// <inheritdoc cref="Apply" path="/param"/>
    /// <inheritdoc cref="Apply" path="/exception"/>
    public static void ApplyDevices(Cgroup cgroup, LinuxResources? resources, bool rootless) =>
        // Every configuration has a rule that denies all: to say each time that it is not in force would help nobody.
        ApplyDevices(cgroup, resources?.Devices, rootless, []);

    /// <summary>All limits but the device rules.</summary>
    /// <inheritdoc cref="Apply" path="/returns"/>
    /// <exception cref="InvalidSpecException">A limit makes no sense, cannot be had on this host or is refused.</exception>
    public static IReadOnlyList<string> ApplyLimits(Cgroup cgroup, LinuxResources? resources)
    {
        var warnings = new List<string>();
        Write(cgroup, resources, warnings, log: null);
        return warnings;
    }

    /// <summary>Changes the limits of a running container: those that are given, and no others. When one is refused, those that were
    /// changed before it are put back.</summary>
    /// <inheritdoc cref="Apply" path="/returns"/>
    /// <inheritdoc cref="Apply" path="/exception"/>
    public static IReadOnlyList<string> Update(Cgroup cgroup, LinuxResources resources, bool rootless = false)
    {
        var warnings = new List<string>();
        var log = new WriteLog(cgroup);
        try
        {
            Write(cgroup, resources, warnings, log);
            if (resources.Devices is { Count: > 0 })
            {
                ApplyDevices(cgroup, resources.Devices, rootless, warnings);
            }
        }
        catch (Exception e) when (e is InvalidSpecException or CgroupException or KernelException)
        {
            string rest = log.Undo();
            if (rest.Length == 0)
            {
                throw;
            }
            throw new InvalidSpecException(e.Message + rest);
        }
        return warnings;
    }

    private static void Write(Cgroup cgroup, LinuxResources? resources, List<string> warnings, WriteLog? log)
    {
        if (resources is null)
        {
            return;
        }
        ResourceWrites plan = ResourceWrites.Plan(resources, cgroup.Host.VersionOf);
        warnings.AddRange(plan.Warnings);
        List<CgroupWrite>? again = null;
        foreach (CgroupWrite write in plan.Writes)
        {
            Errno error = TryWrite(cgroup, write, warnings, log);
            if (error == Errno.EINVAL && write.RetryLast)
            {
                (again ??= []).Add(write);
            }
            else if (error != Errno.None)
            {
                throw Refused(cgroup, write, error);
            }
        }
        foreach (CgroupWrite write in again ?? [])
        {
            Errno error = TryWrite(cgroup, write, warnings, log);
            if (error != Errno.None)
            {
                throw Refused(cgroup, write, error);
            }
        }
    }

    private static Errno TryWrite(Cgroup cgroup, CgroupWrite write, List<string> warnings, WriteLog? log)
    {
        if (write.NotBelow is { } check && UsageAbove(cgroup, write, check) is { } usage)
        {
            throw new InvalidSpecException($"rejecting {write.Limit} {check.Limit} <= usage {usage}");
        }
        string? before = log?.Read(write);
        Errno error = cgroup.TryWrite(write.Controller, write.File, write.Value);
        if (error == Errno.None)
        {
            log?.Add(write, before);
        }
        if (error is not (Errno.ENOENT or Errno.ENODEV))
        {
            return error;
        }
        if (write.Otherwise is { } other)
        {
            return TryWrite(cgroup, other, warnings, log);
        }
        if (write.Missing == WhenMissing.Warn && write.Warning is { } warning && !warnings.Contains(warning))
        {
            warnings.Add(warning);
        }
        return write.Missing == WhenMissing.Fail ? error : Errno.None;
    }

    private static ulong? UsageAbove(Cgroup cgroup, CgroupWrite write, UsageCheck check) =>
        ulong.TryParse(cgroup.TryRead(write.Controller, check.File), CultureInfo.InvariantCulture, out ulong usage) && check.Limit <= usage
            ? usage
            : null;

    private static InvalidSpecException Refused(Cgroup cgroup, CgroupWrite write, Errno error) =>
        error switch
        {
            Errno.ENODEV => new($"{write.Limit}: cgroup {cgroup.Path} is not in the hierarchy of the {write.Controller} controller"),
            Errno.ENOENT => new(
                $"{write.Limit}: cgroup {cgroup.Path} has no {write.File}: the {write.Controller} controller is not enabled for it, or this kernel lacks the setting"
            ),
            // runc's words, which its callers know.
            Errno.EBUSY when write.File == "memory.limit_in_bytes" => new(
                $"unable to set memory limit to {write.Value} (current usage: {cgroup.TryRead("memory", "memory.usage_in_bytes")}, peak usage: {cgroup.TryRead("memory", "memory.max_usage_in_bytes")})"
            ),
            _ => new(
                $"{write.Limit}: write {write.Value} to {write.File} of cgroup {cgroup.Path}: {KernelException.Explain(error)}{HintText(write, error)}"
            ),
        };

    private static string HintText(CgroupWrite write, Errno error) =>
        LaunchHints.Find($"limit {write.File}", error) is { } hint ? $" ({hint})" : "";

    private static void ApplyDevices(Cgroup cgroup, IReadOnlyList<LinuxDeviceRule>? rules, bool rootless, List<string> warnings)
    {
        try
        {
            DeviceController.Apply(cgroup, DeviceRules.From(rules));
        }
        catch (Exception e) when (rootless && e is CgroupException or KernelException { Error: Errno.EPERM or Errno.EACCES })
        {
            if (rules is { Count: > 0 })
            {
                warnings.Add($"device rules are not in force: {e.Message}");
            }
        }
    }
}
