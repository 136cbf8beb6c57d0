namespace Conex.Daemon;

/// <summary>The program of the image <c>hello</c>, which this program carries.</summary>
internal static class HelloProgram
{
    /// <summary>The program's bytes.</summary>
    /// <exception cref="InvalidOperationException">This program was built without it.</exception>
    internal static byte[] Read()
    {
        using Stream resource =
            typeof(HelloProgram).Assembly.GetManifestResourceStream("hello")
            ?? throw new InvalidOperationException("conexd was built without the program of the image hello");
        byte[] bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
