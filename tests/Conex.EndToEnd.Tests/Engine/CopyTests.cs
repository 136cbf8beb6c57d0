using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Files go into containers and come out, in every state of a container, by docker's rules.</summary>
public sealed class CopyTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly string place = $"{house.Place}/copy-{Guid.NewGuid():N}";

    public static TheoryData<string> States => ["created", "running", "paused", "exited"];

    public static TheoryData<string> Clients => [.. DockerClients.All];

    public void Dispose()
    {
        Host($"rm -rf {place}");
        house.RequireClean();
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_copy_in_follows_dockers_rules_of_source_and_destination(string state)
    {
        Sources();
        using Subject box = Box(state);

        Copy("file", $"{box.Id}:/etc");
        Copy("file", $"{box.Id}:/etc/renamed");
        Copy("file", $"{box.Id}:/etc/renamed");
        Copy("dir", $"{box.Id}:/etc");
        Copy("dir", $"{box.Id}:/fresh");
        Copy("dir/.", $"{box.Id}:/content");
        Copy("dir/.", $"{box.Id}:/mnt");
        Copy("link", $"{box.Id}:/mnt/kept");
        Copy("-L", "link", $"{box.Id}:/mnt/followed");
        Copy("link-to-dir/", $"{box.Id}:/mnt");

        house.Do("cp", $"{place}/file", $"{box.Id}:/nowhere/").FailedWith(1, "no such directory");
        house.Do("cp", $"{place}/file", $"{box.Id}:/nowhere/at/all").FailedWith(1, "Could not find the file /nowhere/at in container");
        house.Do("cp", $"{place}/dir", $"{box.Id}:/etc/passwd").FailedWith(1, "cannot copy directory");
        house.Do("cp", $"{place}/missing", $"{box.Id}:/etc").FailedWith(1, "no such file or directory");
        Host($"mkdir {place}/passwd");
        house.Do("cp", $"{place}/passwd", $"{box.Id}:/etc").FailedWith(1, "cannot overwrite non-directory \"/etc/passwd\"");
        Host($"mkdir -p {place}/other && echo x > {place}/other/dir");
        house.Do("cp", $"{place}/other/dir", $"{box.Id}:/etc").FailedWith(1, "cannot overwrite directory \"/etc/dir\"");

        string found = box.Shell(
            "cat /etc/file /etc/renamed /etc/dir/inner/deep /fresh/inner/deep /content/inner/deep /mnt/inner/deep /mnt/followed;"
                + " readlink /mnt/kept; stat -c '%a %u:%g %Y' /etc/file /fresh; ls /mnt"
        );
        Assert.Equal(
            "file\nfile\ndeep\ndeep\ndeep\ndeep\nfile\nfile\n640 7:8 1000000000\n710 0:0 1000000001\nfollowed\ninner\nkept\nlink-to-dir",
            found
        );
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_copy_out_follows_dockers_rules_of_source_and_destination(string state)
    {
        Host($"mkdir {place}");
        using Subject box = Box(state);

        Copy($"{box.Id}:/data/file", ".");
        Copy($"{box.Id}:/data/file", "renamed");
        Copy($"{box.Id}:/data", "fresh");
        Copy($"{box.Id}:/data", ".");
        Host($"mkdir {place}/content");
        Copy($"{box.Id}:/data/.", "content");
        Copy($"{box.Id}:/data/link", "kept");
        Copy("-L", $"{box.Id}:/data/link", "followed");
        Copy("-L", $"{box.Id}:/data/link", "content");
        Copy("-a", $"{box.Id}:/data/file", "owned");

        house.Do("cp", $"{box.Id}:/nope", place).FailedWith(1, "Could not find the file /nope in container");
        house.Do("cp", $"{box.Id}:/data", $"{place}/renamed").FailedWith(1, "cannot copy directory");
        house.Do("cp", $"{box.Id}:/data/file", $"{place}/new/").FailedWith(1, "no such directory");
        house.Do("cp", $"{box.Id}:/data/file", $"{place}/none/file").FailedWith(1, "does not exist");
        house.Do("cp", $"{box.Id}:/data/file", $"{box.Id}:/x").FailedWith(1, "copying between containers is not supported");
        house.Do("cp", "a", "b").FailedWith(1, "must specify at least one container source");

        string found = Host(
            $"cd {place}; cat file renamed fresh/inner/deep data/inner/deep content/inner/deep followed content/link; readlink kept;"
                + " stat -c '%a %u:%g' file owned fresh/inner/setuid; cmp fresh/hard fresh/inner/deep; stat -c %h fresh/hard"
        );
        Assert.Equal("file\nfile\ndeep\ndeep\ndeep\nfile\nfile\nfile\n640 0:0\n640 5:6\n755 0:0\n2", found);
    }

    [Fact]
    public void A_tar_goes_in_from_standard_input_and_out_to_standard_output()
    {
        Sources();
        using Subject box = Box("running");

        Host($"tar -C {place} -cz dir | $CONEX cp - {box.Id}:/mnt");
        Assert.Equal("deep", box.Shell("cat /mnt/dir/inner/deep"));
        Assert.Equal("dir/\ndir/inner/\ndir/inner/deep", Host($"$CONEX cp {box.Id}:/mnt/dir - | tar -t"));
        Assert.Equal("./\n./inner/\n./inner/deep", Host($"$CONEX cp {box.Id}:/mnt/dir/. - | tar -t"));
        Assert.Equal("deep", Host($"$CONEX cp {box.Id}:/mnt/dir/inner/deep - | tar -xO deep"));
        house.DoWithInput("x", "cp", "-", $"{box.Id}:/etc/passwd").FailedWith(1, "must be a directory");
        house.DoWithInput("no tar at all, and not even long", "cp", "-", $"{box.Id}:/mnt").FailedWith(1, "tar");
        Host($"cd {place} && tar -cPf up.tar ../{Path.GetFileName(place)}/file");
        house.DoOnHost($"$CONEX cp - {box.Id}:/mnt < {place}/up.tar").FailedWith(1, "that leads out of it");
    }

    [Fact]
    public void What_is_mounted_is_written_and_read_where_it_is_mounted()
    {
        Sources();
        Host($"mkdir {place}/bound {place}/fixed && echo host > {place}/bound/there && echo fixed > {place}/fixed/there");
        string[] mounts =
        [
            "-v",
            $"{place}/bound:/bound",
            "-v",
            $"{place}/fixed:/fixed:ro",
            "--tmpfs",
            "/memory",
            "-v",
            $"{place}/file:/single",
        ];
        string running = house.RunSleeper(mounts);
        string created = house.Ask(["create", "--network", "none", .. mounts, "box", "true"]);

        foreach (string id in (string[])[running, created])
        {
            Copy("dir", $"{id}:/bound/from-{id[..4]}");
            Assert.Equal("deep", Host($"cat {place}/bound/from-{id[..4]}/inner/deep"));
            Copy($"{id}:/bound/there", $"out-{id[..4]}");
            Copy($"{id}:/fixed", $"fixed-{id[..4]}");
            Assert.Equal("host\nfixed", Host($"cat {place}/out-{id[..4]} {place}/fixed-{id[..4]}/there"));
            house.Do("cp", $"{place}/file", $"{id}:/fixed/new").FailedWith(1, "mounted volume is marked read-only");
            Host($"echo changed > {place}/changed");
            Copy("changed", $"{id}:/single");
            Assert.Equal("changed 640", Host($"cat {place}/file | tr '\\n' ' '; stat -c %a {place}/file"));
            Copy($"{id}:/", $"root-{id[..4]}");
            Assert.Equal(
                "fixed",
                Host(
                    $"cat {place}/root-{id[..4]}/fixed/there; ls -A {place}/root-{id[..4]}/proc {place}/root-{id[..4]}/dev | grep -v :$ || true"
                )
            );
        }
        Copy("changed", $"{running}:/memory/here");
        Assert.Equal("changed", house.Ask("exec", running, "cat", "/memory/here"));
        Copy($"{running}:/memory/here", "from-memory");
        Assert.Equal("changed", Host($"cat {place}/from-memory"));
        Assert.Equal("no", Host($"test -e {house.DataRoot}/containers/{running}/upper/memory/here || echo no"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_read_only_root_takes_nothing_but_its_writable_mounts_do(bool running)
    {
        Sources();
        Host($"mkdir {place}/bound");
        string id = house.Ask([
            running ? "run" : "create",
            .. running ? (string[])["-d"] : [],
            "--network",
            "none",
            "--read-only",
            "-v",
            $"{place}/bound:/bound",
            "box",
            "sleep",
            "1000000",
        ]);

        house.Do("cp", $"{place}/file", $"{id}:/etc/new").FailedWith(1, "container rootfs is marked read-only");
        Copy("file", $"{id}:/bound/new");
        Assert.Equal("file", Host($"cat {place}/bound/new"));
        Copy($"{id}:/etc/passwd", "passwd");
        Assert.StartsWith("root:", Host($"cat {place}/passwd"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(States))]
    public void No_link_of_the_container_leads_to_the_host(string state)
    {
        Sources();
        Host($"mkdir {place}/secret && echo secret > {place}/secret/key");
        using Subject box = Box(
            state,
            $"ln -s {place}/secret /absolute; ln -s ../../../../../../..{place}/secret /climbing; ln -s /proc/1/root /magic; ln -s /absolute /twice"
        );

        foreach (string link in (string[])["/absolute", "/climbing", "/twice"])
        {
            house.Do("cp", $"{box.Id}:{link}/key", $"{place}/stolen").FailedWith(1, "Could not find the file");
            house.Do("cp", $"{place}/file", $"{box.Id}:{link}/planted").FailedWith(1, "Could not find the file");
            house.Do("cp", "-L", $"{box.Id}:{link}", $"{place}/stolen").FailedWith(1, "Could not find the file");
        }
        house.Do("cp", $"{box.Id}:/magic{place}/secret/key", $"{place}/stolen").FailedWith(1, "in container");
        // A tar that brings its own link is led as the container is: it has no such directory.
        Host($"mkdir {place}/tar && ln -s {place}/secret {place}/tar/way && tar -C {place}/tar -cf {place}/way.tar way");
        Host(
            $"rm {place}/tar/way; mkdir {place}/tar/way; echo planted > {place}/tar/way/key; tar -C {place}/tar -rf {place}/way.tar way/key"
        );
        house.DoOnHost($"$CONEX cp - {box.Id}:/mnt < {place}/way.tar").FailedWith(1, "open directory /mnt/way");
        Assert.Equal(
            "secret",
            Host($"cat {place}/secret/key; ls {place}/secret | grep -v key; test -e {place}/stolen && echo stolen; true")
        );
    }

    [Fact]
    public void A_container_that_exchanges_a_directory_for_a_link_wins_no_race()
    {
        // CVE-2018-15664: the path is checked, then becomes a link to the host before it is used.
        Sources();
        Host($"mkdir -p {place}/target && echo host > {place}/target/file");
        string id = house.RunScript(
            $"mkdir -p /swap {place}/target; while true; do rm -rf /swap/now; mkdir /swap/now; rm -rf /swap/now; ln -s {place}/target /swap/now; done"
        );
        Eventually.True(() => house.Do("exec", id, "test", "-d", "/swap").ExitCode == 0, "the container swaps");

        for (int i = 0; i < 60; i++)
        {
            house.Do("cp", $"{place}/dir/inner/deep", $"{id}:/swap/now/file");
            house.Do("cp", $"{id}:/swap/now/file", $"{place}/out");
        }

        Assert.Equal("host\nfile", Host($"cat {place}/target/file; ls {place}/target"));
        Assert.Equal("", Host($"cat {place}/out 2>/dev/null | grep ^host || true"));
    }

    [Fact]
    public void What_comes_out_of_a_container_stays_below_its_destination()
    {
        // The destination holds what an earlier copy of a hostile container left there.
        Sources();
        Host($"mkdir {place}/safe {place}/down && echo safe > {place}/safe/file && ln -s {place}/safe {place}/down/data");
        using Subject box = Box("running");

        house.Do("cp", $"{box.Id}:/data", $"{place}/down").FailedWith(1, "cannot overwrite non-directory");

        Assert.Equal("file\nsafe", Host($"ls {place}/safe; cat {place}/safe/file"));
    }

    [Fact]
    public void Nothing_in_the_container_is_executed_for_a_copy()
    {
        Sources();
        string id = house.Ask("create", "--network", "none", "hello");

        Copy("dir", $"{id}:/dir");
        Copy($"{id}:/dir/inner/deep", "back");

        Assert.Equal("deep", Host($"cat {place}/back"));
    }

    [Fact]
    public void The_endpoint_speaks_as_dockers()
    {
        Sources();
        string id = house.Ask("run", "-d", "--network", "none", "-u", "5:6", "-v", $"{place}:/mnt", "box", "sleep", "1000000");
        string curl = $"curl -s --unix-socket {house.SocketPath}";
        string url = $"http://c/v1.44/containers/{id}/archive";
        Host($"cd {place} && tar -cf file.tar file && tar -cf passwd.tar --transform s,dir,passwd, dir");

        Assert.Equal(
            "busybox 0",
            Host(
                $"{curl} -I '{url}?path=/bin/busybox' | sed -n 's/^X-Docker-Container-Path-Stat: //Ip' | tr -d '\\r' | base64 -d"
                    + " | python3 -c \"import json,sys; s=json.load(sys.stdin); print(s['name'], s['mode'] >> 31)\""
            )
        );
        Assert.Equal(
            "/bin/busybox True",
            Host(
                $"{curl} -I '{url}?path=/bin/sh' | sed -n 's/^X-Docker-Container-Path-Stat: //Ip' | tr -d '\\r' | base64 -d"
                    + " | python3 -c \"import json,sys; s=json.load(sys.stdin); print(s['linkTarget'], s['mode'] >> 27 == 1)\""
            )
        );
        Assert.Equal("404", Status($"-I '{url}?path=/nope'"));
        Assert.Equal("400", Status($"-I '{url}'"));
        Assert.Equal("404", Status($"-I 'http://c/containers/nobody/archive?path=/'"));
        Assert.Equal("400", Status($"'{url}?path=/etc/passwd/below'"));
        Assert.Equal("400", Status($"-T {place}/file.tar '{url}?path=/etc/passwd'"));
        Assert.Equal("404", Status($"-T {place}/file.tar '{url}?path=/nope'"));
        Assert.Equal("200", Status($"-T {place}/file.tar '{url}?path=/mnt'"));
        Assert.Equal("7:8", house.Ask("exec", "-u", "0", id, "stat", "-c", "%u:%g", "/mnt/file"));
        Assert.Equal("200", Status($"-T {place}/file.tar '{url}?path=/mnt&copyUIDGID=true'"));
        Assert.Equal("5:6", house.Ask("exec", "-u", "0", id, "stat", "-c", "%u:%g", "/mnt/file"));
        Assert.Equal("400", Status($"-T {place}/passwd.tar '{url}?path=/etc&noOverwriteDirNonDir=true'"));
        Assert.Equal("200", Status($"-T {place}/passwd.tar '{url}?path=/etc'"));
        Assert.Equal("deep", house.Ask("exec", "-u", "0", id, "cat", "/etc/passwd/inner/deep"));

        string Status(string rest) => Host($"{curl} -o /dev/null -w '%{{http_code}}' {rest}");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Docker_copies_both_ways(string docker)
    {
        Sources();
        string line = $"{docker} --host unix://{house.SocketPath}";
        foreach (string state in (string[])["created", "running"])
        {
            using Subject box = Box(state);

            Host(
                $"cd {place} && {line} cp dir {box.Id}:/mnt/new && {line} cp file {box.Id}:/mnt/ && {line} cp -L link {box.Id}:/mnt/named"
            );
            Host($"cd {place} && rm -rf back && {line} cp {box.Id}:/mnt/new back && {line} cp {box.Id}:/mnt/named back/named");
            Host($"cd {place} && {line} cp -L {box.Id}:/data/link back/link && tar -c dir | {line} cp - {box.Id}:/mnt");

            Assert.Equal("deep\nfile\nfile", Host($"cd {place}/back && cat inner/deep named link"));
            Assert.Equal("deep", Host($"{line} cp {box.Id}:/mnt/dir/. - | tar -xO ./inner/deep"));
            // Old clients have a sentence of their own for a status of 404.
            CommandResult missing = house.DoOnHost($"{line} cp {box.Id}:/nope {place}").EndedWith(1);
            Assert.Matches($"Could not find the file /nope in container|No such container:path: {box.Id}:/nope", missing.Error);
        }
    }

    private void Sources() =>
        Host(
            $"mkdir -p {place}/dir/inner && cd {place} && echo file > file && echo deep > dir/inner/deep && ln -s file link && ln -s dir link-to-dir"
                + " && chmod 640 file && chown 7:8 file && touch -d @1000000000 file && chmod 710 dir && touch -d @1000000001 dir"
        );

    /// <summary>A container with some files, in a state.</summary>
    private Subject Box(string state, string more = "true")
    {
        string script =
            "mkdir -p /data/inner /mnt; echo file > /data/file; echo deep > /data/inner/deep; ln -s file /data/link; ln /data/inner/deep /data/hard;"
            + $" chown 5:6 /data/file; chmod 640 /data/file; echo x > /data/inner/setuid; chown 5 /data/inner/setuid; chmod 4755 /data/inner/setuid; {more}";
        if (state == "created")
        {
            // What a container of the image would hold that was never started.
            string maker = house.Ask("run", "-d", "--network", "none", "box", "sh", "-c", script);
            house.Do("wait", maker).Succeeded();
            string image = $"made-{Guid.NewGuid():N}";
            house.Do("commit", maker, image).Succeeded();
            house.Do("rm", maker).Succeeded();
            return new Subject(house, house.Ask("create", "--network", "none", image, "true"), state, image);
        }
        string id = house.Ask(
            "run",
            "-d",
            "--network",
            "none",
            "box",
            "sh",
            "-c",
            state == "exited" ? script : $"{script}; touch /done; sleep 1000000"
        );
        if (state == "exited")
        {
            house.Do("wait", id).Succeeded();
            return new Subject(house, id, state, null);
        }
        Eventually.True(() => house.Do("exec", id, "test", "-e", "/done").ExitCode == 0, "the container has done its work");
        var box = new Subject(house, id, state, null);
        if (state == "paused")
        {
            box.Runtime("pause");
        }
        return box;
    }

    private void Copy(params string[] arguments)
    {
        string line = string.Join(' ', arguments.Select(argument => $"'{argument}'"));
        house.DoOnHost($"cd {place} && $CONEX cp {line}").Succeeded();
    }

    private string Host(string script) => house.DoOnHost(script).Succeeded().Output.TrimEnd('\n');

    /// <summary>A container that is copied from and to.</summary>
    private sealed class Subject(EngineHouse house, string id, string state, string? image) : IDisposable
    {
        internal string Id => id;

        /// <summary>Runs a script in the container, which is started or goes on where it does not run.</summary>
        internal string Shell(string script)
        {
            if (state is "running")
            {
                return house.Ask("exec", id, "sh", "-c", script);
            }
            if (state is "paused")
            {
                Runtime("resume");
                string text = house.Ask("exec", id, "sh", "-c", script);
                Runtime("pause");
                return text;
            }
            string copy = $"copy-{Guid.NewGuid():N}";
            house.Do("commit", id, copy).Succeeded();
            string output = house.Ask("run", "--rm", "--network", "none", copy, "sh", "-c", script);
            house.Do("rmi", copy).Succeeded();
            return output;
        }

        internal void Runtime(string command) =>
            house.DoOnHost($"$(dirname $CONEX)/conex-runtime --root {house.RunRoot}/runtime {command} {id}").Succeeded();

        public void Dispose()
        {
            if (state is "paused")
            {
                Runtime("resume");
            }
            house.Do("rm", "-f", id).Succeeded();
            if (image is not null)
            {
                house.Do("rmi", image).Succeeded();
            }
        }
    }
}
