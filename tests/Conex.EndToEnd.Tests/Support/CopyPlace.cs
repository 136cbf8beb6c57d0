namespace Conex.EndToEnd.Tests.Support;

/// <summary>A directory of the host that containers are copied from and to, gone when disposed.</summary>
internal sealed class CopyPlace(EngineHouse house) : IDisposable
{
    internal string Path { get; } = $"{house.Place}/copy-{Guid.NewGuid():N}";

    /// <summary>Files to copy.</summary>
    internal void Sources() =>
        Host(
            $"mkdir -p {Path}/dir/inner && cd {Path} && echo file > file && echo deep > dir/inner/deep && ln -s file link && ln -s dir link-to-dir"
                + " && chmod 640 file && chown 7:8 file && touch -d @1000000000 file && chmod 710 dir && touch -d @1000000001 dir"
        );

    /// <summary>A container with some files, in a state.</summary>
    internal CopySubject Box(string state, string more = "true")
    {
        string script =
            "mkdir -p /data/inner /mnt; echo file > /data/file; echo deep > /data/inner/deep; ln -s file /data/link; ln /data/inner/deep /data/hard;"
            + $" chown 5:6 /data/file; chmod 640 /data/file; echo x > /data/inner/setuid; chown 5 /data/inner/setuid; chmod 4755 /data/inner/setuid; {more}";
        if (state == "created")
        {
            // What a container of the image would hold that was never started.
            string maker = house.RunScript(script);
            house.Do("wait", maker).Succeeded();
            string image = $"made-{Guid.NewGuid():N}";
            house.Do("commit", maker, image).Succeeded();
            house.Do("rm", maker).Succeeded();
            return new CopySubject(house, house.Ask("create", "--network", "none", image, "true"), state, image);
        }
        string id = house.RunScript(state == "exited" ? script : $"{script}; touch /done; sleep 1000000");
        if (state == "exited")
        {
            house.Do("wait", id).Succeeded();
            return new CopySubject(house, id, state, null);
        }
        Eventually.True(() => house.Do("exec", id, "test", "-e", "/done").ExitCode == 0, "the container has done its work");
        var box = new CopySubject(house, id, state, null);
        if (state == "paused")
        {
            box.Runtime("pause");
        }
        return box;
    }

    /// <summary>Runs conex cp in the directory.</summary>
    internal void Copy(params string[] arguments)
    {
        string line = string.Join(' ', arguments.Select(argument => $"'{argument}'"));
        house.DoOnHost($"cd {Path} && $CONEX cp {line}").Succeeded();
    }

    internal string Host(string script) => house.DoOnHost(script).Succeeded().Output.TrimEnd('\n');

    public void Dispose() => Host($"rm -rf {Path}");
}
