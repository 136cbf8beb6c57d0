using System.Text;
using Conex.DockerApi.Client;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;

namespace Conex.Cli.Daemon;

/// <summary>
/// Starts conexd. It gets <c>--ready-fd 3</c> and says there how it went: <see cref="Listening"/>, <see cref="AnotherServes"/>, or the
/// sentence that tells why it cannot start.
/// </summary>
internal static class DaemonProgram
{
    private const byte Listening = (byte)'+';
    private const byte AnotherServes = (byte)'=';
    private const int LongestSentence = 16 * 1024;
    private const int PauseMilliseconds = 5;
    private const int PatienceMilliseconds = 15_000;

    private static string ProgramPath => CurrentProcess.ProgramDirectory + "/conexd";

    /// <summary>Whether a daemon of this build, the file beside this program, differs from the one that runs.</summary>
    internal static bool IsAnotherBuild(string running) =>
        running.StartsWith(ProgramIdentity.Prefix, StringComparison.Ordinal)
        && ProgramIdentity.Of(ProgramPath) is { } own
        && own != running;

    /// <summary>Starts the daemon and returns when it listens.</summary>
    /// <exception cref="DaemonStartException">It cannot be started; the message is its own.</exception>
    internal static void Start(EngineEndpoint endpoint)
    {
        var path = ProgramPath;
        if (PathAt.Status(path) is null)
            throw new DaemonStartException($"Cannot connect to the Conex daemon at {endpoint}, and there is no {path} to start");
        var answer = Spawn(path);
        if (answer is [Listening, ..])
            return;
        if (answer is [AnotherServes, ..])
        {
            WaitUntil(() => Listens(endpoint), $"another conexd holds the data directory, but nobody listens at {endpoint}");
            return;
        }
        var sentence = Encoding.UTF8.GetString(answer).TrimEnd('\n');
        throw new DaemonStartException(
            sentence.Length > 0
                ? $"Cannot start the Conex daemon: {sentence}"
                : $"Cannot start the Conex daemon: {path} ended without a word"
        );
    }

    /// <summary>Asks the daemon of another build to leave, and starts the one beside this program. Containers run on.</summary>
    /// <param name="client">Connected to it.</param>
    /// <param name="build">Its build.</param>
    /// <exception cref="DaemonStartException">It does not leave, or the new one cannot be started.</exception>
    internal static void Replace(EngineClient client, string build)
    {
        try
        {
            client.System.HandOver();
        }
        catch (EngineUnreachableException)
        {
            // It left before it answered, or another conex asked it first.
        }
        WaitUntil(() => !Serves(client, build), $"the Conex daemon at {client.Endpoint} is of another build and does not leave");
        // Where systemd holds the socket, the next daemon answers already.
        if (!Listens(client.Endpoint))
            Start(client.Endpoint);
    }

    private static bool Serves(EngineClient client, string build)
    {
        try
        {
            return client.System.Ping().Build == build;
        }
        catch (EngineUnreachableException left)
        {
            // A connection that broke is of the one that leaves.
            return !left.NobodyListens;
        }
    }

    private static byte[] Spawn(string path)
    {
        var (read, write) = FileIo.Pipe();
        using (read)
        {
            using (write)
            {
                using var nothing = PathAt.Open("/dev/null", OpenMode.ReadWrite);
                try
                {
                    _ = ChildProcess.Spawn(
                        path,
                        ["conexd", "--ready-fd", "3"],
                        descriptors: [nothing, nothing, nothing, write],
                        newSession: true
                    );
                }
                catch (KernelException reason)
                {
                    throw new DaemonStartException($"Cannot start the Conex daemon: {reason.Message}", reason);
                }
            }
            return ReadAnswer(read);
        }
    }

    /// <summary>Reads until the daemon says that it serves, or to the end of its sentence.</summary>
    private static byte[] ReadAnswer(FileHandle read)
    {
        var buffer = new byte[LongestSentence];
        var length = 0;
        while (length < buffer.Length)
        {
            var count = FileIo.Read(read, buffer.AsSpan(length));
            length += count;
            if (count == 0 || buffer[0] is Listening or AnotherServes)
                break;
        }
        return buffer[..length];
    }

    private static bool Listens(EngineEndpoint endpoint)
    {
        using var socket = UnixSocket.TryConnect(endpoint.SocketPath, out _);
        return socket is not null;
    }

    private static void WaitUntil(Func<bool> condition, string complaint)
    {
        var end = Environment.TickCount64 + PatienceMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > end)
                throw new DaemonStartException(complaint);
            Thread.Sleep(PauseMilliseconds);
        }
    }
}
