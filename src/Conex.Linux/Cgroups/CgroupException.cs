namespace Conex.Linux.Cgroups;

/// <summary>A cgroup cannot be made, entered, stopped or removed for a reason that is not one system call's error.</summary>
/// <param name="message">A sentence: what was tried, on which cgroup, why it did not work.</param>
public sealed class CgroupException(string message) : Exception(message);
