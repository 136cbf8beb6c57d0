using System.Net.Sockets;
using System.Text;
using Conex.DockerApi.Client;

namespace Conex.DockerApi.Tests.Client;

/// <summary>A server on a unix socket that plays one scene a connection.</summary>
internal sealed class FakeEngine : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("conex-api-").FullName;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Thread thread;
    private Exception? failure;

    internal FakeEngine(params Action<Scene>[] scenes)
    {
        Endpoint = new EngineEndpoint(Path.Combine(directory, "conex.sock"));
        listener.Bind(new UnixDomainSocketEndPoint(Endpoint.SocketPath));
        listener.Listen();
        thread = new Thread(() => Play(scenes));
        thread.Start();
    }

    internal EngineEndpoint Endpoint { get; }

    internal static FakeEngine Answering(string answer) =>
        new(scene =>
        {
            scene.ReadHead();
            scene.Send(answer);
        });

    public void Dispose()
    {
        thread.Join(TimeSpan.FromSeconds(10));
        listener.Dispose();
        Directory.Delete(directory, recursive: true);
        Assert.Null(failure);
    }

    private void Play(Action<Scene>[] scenes)
    {
        try
        {
            foreach (Action<Scene> scene in scenes)
            {
                using Socket connection = listener.Accept();
                scene(new Scene(connection));
            }
        }
        catch (Exception e)
        {
            failure = e;
        }
    }

    internal sealed class Scene(Socket connection)
    {
        /// <summary>Reads up to the empty line.</summary>
        internal string ReadHead()
        {
            var head = new StringBuilder();
            byte[] one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                Assert.Equal(1, connection.Receive(one));
                head.Append((char)one[0]);
            }

            return head.ToString();
        }

        internal string ReadBody(int length)
        {
            byte[] body = new byte[length];
            for (int read = 0; read < length; )
            {
                int n = connection.Receive(body, read, length - read, SocketFlags.None);
                Assert.NotEqual(0, n);
                read += n;
            }

            return Encoding.UTF8.GetString(body);
        }

        internal string ReadToEnd()
        {
            var all = new MemoryStream();
            byte[] buffer = new byte[4096];
            int n;
            while ((n = connection.Receive(buffer)) > 0)
            {
                all.Write(buffer, 0, n);
            }

            return Encoding.UTF8.GetString(all.ToArray());
        }

        internal void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

        internal void Send(byte[] bytes)
        {
            try
            {
                connection.Send(bytes);
            }
            catch (SocketException)
            {
                // The client may leave early: that is what some scenes are about.
            }
        }

        internal void EndOutput() => connection.Shutdown(SocketShutdown.Send);
    }
}
