using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>inspect</c>: everything about containers and images, as the engine tells it.</summary>
internal static class InspectCommand
{
    private const int NotFoundStatus = 404;

    internal enum Kind
    {
        Any,
        Container,
        Image,
    }

    internal static Command Describe(Kind kind) =>
        new()
        {
            Name = "inspect",
            Description = kind switch
            {
                Kind.Container => "Display detailed information on one or more containers",
                Kind.Image => "Display detailed information on one or more images",
                _ => "Return low-level information on Conex objects",
            },
            Usage = kind switch
            {
                Kind.Container => "[OPTIONS] CONTAINER [CONTAINER...]",
                Kind.Image => "[OPTIONS] IMAGE [IMAGE...]",
                _ => "[OPTIONS] NAME|ID [NAME|ID...]",
            },
            Options = () => Options(kind),
            Arguments = ArgumentCount.AtLeast(1),
            Completes = kind == Kind.Image ? CompletionSource.Images : CompletionSource.Containers,
            CompletesAll = true,
            Run = options => Run(options, kind),
        };

    private static OptionTable Options(Kind kind)
    {
        var table = new OptionTable().Text("format", 'f', "string", FormatHelp.One);
        if (kind != Kind.Image)
            table.Flag("size", 's', "Display total file sizes" + (kind == Kind.Any ? " if the type is container" : ""));
        return kind == Kind.Any ? table.Text("type", "string", "Only inspect objects of the given type") : table;
    }

    private static int Run(Invocation options, Kind kind)
    {
        if (kind == Kind.Any && options.Text("type") is { Length: > 0 } type)
        {
            kind = type switch
            {
                "container" => Kind.Container,
                "image" => Kind.Image,
                _ => throw new CommandException($"unknown type: \"{type}\": must be one of \"container\", \"image\""),
            };
        }
        using var client = Engine.Connect(options);
        var format = options.Text("format");
        var found = new List<byte[]>();
        var code = 0;
        var errors = new List<string>();
        foreach (var name in options.Arguments)
        {
            try
            {
                found.Add(Find(client, name, kind, kind != Kind.Image && options.Flag("size")));
            }
            catch (Exception failure) when (failure is EngineException or EngineUnreachableException or CommandException)
            {
                errors.Add(Failures.Sentence(failure)!);
                code = 1;
            }
        }
        if (string.IsNullOrEmpty(format))
            Print.Out(ObjectFormat.Array(found));
        else
            found.ForEach(json => Print.Out(ObjectFormat.Text(format, json)));
        errors.ForEach(Print.ErrorLine);
        return code;
    }

    private static byte[] Find(EngineClient client, string name, Kind kind, bool size)
    {
        switch (kind)
        {
            case Kind.Container:
                return client.Containers.InspectJson(name, size);
            case Kind.Image:
                return client.Images.InspectJson(name);
            default:
                return Try(() => client.Containers.InspectJson(name, size))
                    ?? Try(() => client.Images.InspectJson(name))
                    ?? throw new CommandException($"Error: No such object: {name}");
        }
    }

    private static byte[]? Try(Func<byte[]> inspect)
    {
        try
        {
            return inspect();
        }
        catch (EngineException missing) when (missing.Status == NotFoundStatus)
        {
            return null;
        }
    }
}
