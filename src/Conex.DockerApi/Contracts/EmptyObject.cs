namespace Conex.DockerApi.Contracts;

/// <summary>The JSON object without members that Docker uses as the value of its sets (<c>"Volumes": {"/data": {}}</c>).</summary>
public sealed record EmptyObject
{
    /// <summary>The one value there is.</summary>
    public static EmptyObject Instance { get; } = new();
}
