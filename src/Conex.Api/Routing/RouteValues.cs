namespace Conex.Api.Routing;

/// <summary>The variable parts of a path. No template has more than one.</summary>
internal readonly record struct RouteValues(string? Name, string? Value)
{
    internal static RouteValues None => default;

    internal string this[string name] => name == Name ? Value! : throw new ArgumentException($"The path has no part {name}.", nameof(name));

    internal RouteValues With(string name, string value) =>
        Name is null ? new RouteValues(name, value) : throw new ArgumentException("A path has one variable part.", nameof(name));
}
