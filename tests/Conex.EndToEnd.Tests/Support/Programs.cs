namespace Conex.EndToEnd.Tests.Support;

/// <summary>The three programs of one build, side by side in a directory.</summary>
internal sealed class Programs
{
    private readonly string directory;
    private readonly string howToGet;

    private Programs(string directory, string howToGet) => (this.directory, this.howToGet) = (directory, howToGet);

    /// <summary>As users get them.</summary>
    internal static Programs OfProduct { get; } = new(Product.Directory, "eng/build");

    /// <summary>The build that ends at a named step.</summary>
    internal static Programs OfCrashBuild { get; } = new(Product.CrashDirectory, "eng/build --crash-steps");

    internal string Conex => Existing("conex");

    internal string Conexd => Existing("conexd");

    private string Existing(string name)
    {
        foreach (string program in (string[])["conex-runtime", "conexd"])
        {
            Product.Existing($"{directory}/{program}", howToGet);
        }
        return Product.Existing($"{directory}/{name}", howToGet);
    }
}
