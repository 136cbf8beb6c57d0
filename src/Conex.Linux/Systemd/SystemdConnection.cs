using Conex.Linux.DBus;

namespace Conex.Linux.Systemd;

/// <summary>A conversation with systemd, the system's or a user's (org.freedesktop.systemd1(5)).</summary>
public sealed class SystemdConnection : IDisposable
{
    private const string Name = "org.freedesktop.systemd1";
    private const string ManagerPath = "/org/freedesktop/systemd1";
    private const string ManagerInterface = "org.freedesktop.systemd1.Manager";
    private const string BusName = "org.freedesktop.DBus";
    private const string BusPath = "/org/freedesktop/DBus";

    private readonly DBusConnection connection;
    private readonly bool viaBus;

    private SystemdConnection(DBusConnection connection, bool viaBus)
    {
        this.connection = connection;
        this.viaBus = viaBus;
    }

    /// <summary>Connects to systemd's own socket, which is there without a bus too, or else through the bus.</summary>
    /// <param name="user">Whether to a user's systemd.</param>
    /// <param name="patience">For each answer.</param>
    /// <exception cref="DBusException">There is none, or it refuses this user.</exception>
    public static SystemdConnection Open(bool user, TimeSpan patience)
    {
        (string? own, IEnumerable<string> buses) = user ? UsersSockets() : SystemsSockets();
        if (own is not null && TryOpen(own, patience) is { } direct)
        {
            return Over(direct, viaBus: false);
        }
        foreach (string bus in buses)
        {
            if (DBusConnection.TryOpen(bus, patience) is { } shared)
            {
                return Over(shared, viaBus: true);
            }
        }
        throw new DBusException(
            "",
            $"connect to systemd: nobody listens on {string.Join(" or ", own is null ? buses : buses.Prepend(own)).Replace('\0', '@')} (does systemd run here?)"
        );
    }

    /// <summary>A conversation on a connection that reaches systemd.</summary>
    /// <param name="viaBus">Whether a bus lies between, which is greeted first.</param>
    /// <exception cref="DBusException">The bus does not take this process in; the connection is closed.</exception>
    public static SystemdConnection Over(DBusConnection connection, bool viaBus = false)
    {
        var result = new SystemdConnection(connection, viaBus);
        try
        {
            if (viaBus)
            {
                result.JoinBus();
            }
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>The cgroup below which systemd keeps its units; empty for the root.</summary>
    /// <exception cref="DBusException">systemd refused.</exception>
    public string ControlGroup() => Property("ControlGroup").TrimEnd('/');

    /// <summary>systemd's version: 257.</summary>
    /// <exception cref="DBusException">systemd refused, or names none.</exception>
    public int Version()
    {
        // "257.7-1", "v245.4-4ubuntu3", "systemd 219".
        string text = Property("Version");
        int first = text.AsSpan().IndexOfAnyInRange('0', '9');
        int length = first < 0 ? 0 : text.AsSpan(first).IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = first < 0 ? [] : text.AsSpan(first)[..(length < 0 ? text.Length - first : length)];
        return int.TryParse(digits, out int version) ? version : throw new DBusException("", $"systemd's version '{text}' cannot be read");
    }

    private string Property(string name)
    {
        var body = new DBusWriter();
        body.String(ManagerInterface);
        body.String(name);
        DBusMessage reply = connection.Call(
            new DBusMessage(DBusMessageType.MethodCall)
            {
                Path = ManagerPath,
                Interface = "org.freedesktop.DBus.Properties",
                Member = "Get",
                Destination = viaBus ? Name : "",
                Signature = "ss",
                Body = body.Written.ToArray(),
            }
        );
        RequireSignature(reply, "v");
        return new DBusReader(reply.Body).StringVariant();
    }

    /// <summary>Makes and starts a unit that is gone when it stops, and waits until it runs.</summary>
    /// <exception cref="DBusException">systemd refused, the start failed, or it did not come about in time.</exception>
    public void StartTransient(string unit, IReadOnlyList<UnitProperty> properties)
    {
        var body = new DBusWriter();
        body.String(unit);
        body.String("replace");
        Write(body, properties);
        body.EndArray(body.BeginArray(8));
        string result = RunJob("StartTransientUnit", "ssa(sv)a(sa(sv))", body, unit);
        if (result != "done")
        {
            throw new DBusException("", $"start {unit}: systemd says {result} (systemctl status {unit} may say why)");
        }
    }

    /// <summary>Stops a unit and waits until it has; one that is not there is no error.</summary>
    /// <exception cref="DBusException">systemd refused, or the unit did not stop in time.</exception>
    public void Stop(string unit)
    {
        var body = new DBusWriter();
        body.String(unit);
        body.String("replace");
        try
        {
            RunJob("StopUnit", "ss", body, unit);
        }
        catch (DBusException e) when (e.Name == $"{Name}.NoSuchUnit")
        {
            // It has ended with its last process.
        }
    }

    /// <summary>Forgets that a unit failed, so that its name is free again; one that is not there is no error.</summary>
    /// <exception cref="DBusException">systemd refused.</exception>
    public void ResetFailed(string unit)
    {
        var body = new DBusWriter();
        body.String(unit);
        try
        {
            Call("ResetFailedUnit", "s", body);
        }
        catch (DBusException e) when (e.Name == $"{Name}.NoSuchUnit")
        {
            // Nothing to forget.
        }
    }

    /// <summary>Changes properties of a unit until it stops.</summary>
    /// <exception cref="DBusException">systemd refused.</exception>
    public void SetProperties(string unit, IReadOnlyList<UnitProperty> properties)
    {
        var body = new DBusWriter();
        body.String(unit);
        body.Boolean(true);
        Write(body, properties);
        Call("SetUnitProperties", "sba(sv)", body);
    }

    public void Dispose() => connection.Dispose();

    /// <summary>Calls what begins a job, and waits for the job's end.</summary>
    private string RunJob(string member, string signature, DBusWriter body, string unit)
    {
        DBusMessage reply = Call(member, signature, body);
        RequireSignature(reply, "o");
        string job = new DBusReader(reply.Body).String();
        string result = "";
        connection.WaitForSignal(
            message =>
            {
                // Anybody on a bus may send this process a signal; systemd's name is that of who answered.
                if (
                    message is not { Interface: ManagerInterface, Member: "JobRemoved", Signature: "uoss" }
                    || (viaBus && message.Sender != reply.Sender)
                )
                {
                    return false;
                }
                var reader = new DBusReader(message.Body);
                reader.UInt32();
                bool ours = reader.String() == job;
                _ = reader.String();
                result = reader.String();
                return ours;
            },
            $"{member} {unit}"
        );
        return result;
    }

    private DBusMessage Call(string member, string signature, DBusWriter body) =>
        connection.Call(
            new DBusMessage(DBusMessageType.MethodCall)
            {
                Path = ManagerPath,
                Interface = ManagerInterface,
                Member = member,
                Destination = viaBus ? Name : "",
                Signature = signature,
                Body = body.Written.ToArray(),
            }
        );

    private void JoinBus()
    {
        CallBus("Hello", "", new DBusWriter());
        var rule = new DBusWriter();
        rule.String($"type='signal',sender='{Name}',path='{ManagerPath}',interface='{ManagerInterface}',member='JobRemoved'");
        CallBus("AddMatch", "s", rule);
    }

    private void CallBus(string member, string signature, DBusWriter body) =>
        connection.Call(
            new DBusMessage(DBusMessageType.MethodCall)
            {
                Path = BusPath,
                Interface = BusName,
                Member = member,
                Destination = BusName,
                Signature = signature,
                Body = body.Written.ToArray(),
            }
        );

    private static DBusConnection? TryOpen(string path, TimeSpan patience)
    {
        try
        {
            return DBusConnection.TryOpen(path, patience);
        }
        catch (DBusException)
        {
            // Only root may talk to systemd itself; the bus asks the policy.
            return null;
        }
    }

    private static (string? Own, IEnumerable<string> Buses) SystemsSockets()
    {
        string given = Environment.GetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS") ?? "";
        return ("/run/systemd/private", [.. BusAddress.Sockets(given), "/run/dbus/system_bus_socket"]);
    }

    private static (string? Own, IEnumerable<string> Buses) UsersSockets()
    {
        string runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? "";
        List<string> buses = [.. BusAddress.Sockets(Environment.GetEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS") ?? "")];
        if (runtime.Length == 0 && buses.Count == 0)
        {
            throw new DBusException(
                "",
                "connect to the user's systemd: neither XDG_RUNTIME_DIR nor DBUS_SESSION_BUS_ADDRESS is set (log in, or use --cgroup-manager cgroupfs)"
            );
        }
        if (runtime.Length == 0)
        {
            return (null, buses);
        }
        buses.Add($"{runtime}/bus");
        return ($"{runtime}/systemd/private", buses);
    }

    private static void Write(DBusWriter body, IReadOnlyList<UnitProperty> properties)
    {
        (int, int) array = body.BeginArray(8);
        foreach (UnitProperty property in properties)
        {
            property.Write(body);
        }
        body.EndArray(array);
    }

    private static void RequireSignature(DBusMessage reply, string signature)
    {
        if (reply.Signature != signature)
        {
            throw new DBusException("", $"systemd's answer on D-Bus cannot be read: it is '{reply.Signature}', not '{signature}'");
        }
    }
}
