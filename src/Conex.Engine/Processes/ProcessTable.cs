namespace Conex.Engine.Processes;

/// <summary>The processes of a container as ps(1) shows them.</summary>
public sealed record ProcessTable(IReadOnlyList<string> Titles, IReadOnlyList<IReadOnlyList<string>> Rows);
