namespace Conex.Runtime.Monitors;

/// <summary>Where a byte of output came from; a terminal's output counts as standard output. The numbers are those of Docker's frames.</summary>
internal enum OutputStream : byte
{
    Stdout = 1,
    Stderr = 2,
}
