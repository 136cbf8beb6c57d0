namespace Conex.EndToEnd.Tests.Support;

/// <summary>Files at a test's own place, in directories that are made for them.</summary>
internal static class HouseFiles
{
    internal static string Write(string place, string name, string text)
    {
        string path = PathFor(place, name);
        File.WriteAllText(path, text);
        return path;
    }

    internal static string WriteScript(string place, string name, string text) =>
        WriteProgram(place, name, System.Text.Encoding.UTF8.GetBytes($"#!/bin/sh\n{text}\n"));

    internal static string WriteProgram(string place, string name, ReadOnlySpan<byte> content)
    {
        string path = PathFor(place, name);
        Executable.Write(path, content);
        return path;
    }

    private static string PathFor(string place, string name)
    {
        string path = $"{place}/{name}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
