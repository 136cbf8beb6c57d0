namespace Conex.DockerApi.Streams;

/// <summary>The stream a frame belongs to.</summary>
public enum StdCopyStream : byte
{
    Stdin = 0,
    Stdout = 1,
    Stderr = 2,

    /// <summary>An error of the engine itself, to be shown and to end the stream.</summary>
    SystemError = 3,
}
