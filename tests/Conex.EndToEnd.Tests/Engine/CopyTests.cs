using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Files go into containers and come out, in every state of a container, by docker's rules.</summary>
public class CopyTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly CopyPlace at = new(house);

    public static TheoryData<string> States => ["created", "running", "paused", "exited"];

    public static TheoryData<string> Clients => [.. DockerClients.All];

    public void Dispose()
    {
        at.Dispose();
        house.RequireClean();
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_copy_in_follows_dockers_rules_of_source_and_destination(string state)
    {
        at.Sources();
        using CopySubject box = at.Box(state);

        at.Copy("file", $"{box.Id}:/etc");
        at.Copy("file", $"{box.Id}:/etc/renamed");
        at.Copy("file", $"{box.Id}:/etc/renamed");
        at.Copy("dir", $"{box.Id}:/etc");
        at.Copy("dir", $"{box.Id}:/fresh");
        at.Copy("dir/.", $"{box.Id}:/content");
        at.Copy("dir/.", $"{box.Id}:/mnt");
        at.Copy("link", $"{box.Id}:/mnt/kept");
        at.Copy("-L", "link", $"{box.Id}:/mnt/followed");
        at.Copy("link-to-dir/", $"{box.Id}:/mnt");

        house.Do("cp", $"{at.Path}/file", $"{box.Id}:/nowhere/").FailedWith(1, "no such directory: \"/nowhere/\"");
        house.Do("cp", $"{at.Path}/file", "nobody:/nowhere/").FailedWith(1, "No such container: nobody");
        house.Do("cp", $"{at.Path}/file", $"{box.Id}:/nowhere/at/all").FailedWith(1, "Could not find the file /nowhere/at in container");
        house.Do("cp", $"{at.Path}/dir", $"{box.Id}:/etc/passwd").FailedWith(1, "cannot copy directory: \"/etc/passwd\" is a file");
        house.Do("cp", $"{at.Path}/missing", $"{box.Id}:/etc").FailedWith(1, "no such file or directory");
        at.Host($"mkdir {at.Path}/passwd");
        house.Do("cp", $"{at.Path}/passwd", $"{box.Id}:/etc").FailedWith(1, "cannot overwrite non-directory \"/etc/passwd\"");
        at.Host($"mkdir -p {at.Path}/other && echo x > {at.Path}/other/dir");
        house.Do("cp", $"{at.Path}/other/dir", $"{box.Id}:/etc").FailedWith(1, "cannot overwrite directory \"/etc/dir\"");

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
        at.Host($"mkdir {at.Path}");
        using CopySubject box = at.Box(state);

        at.Copy($"{box.Id}:/data/file", ".");
        at.Copy($"{box.Id}:/data/file", "renamed");
        at.Copy($"{box.Id}:/data", "fresh");
        at.Copy($"{box.Id}:/data", ".");
        at.Host($"mkdir {at.Path}/content");
        at.Copy($"{box.Id}:/data/.", "content");
        at.Copy($"{box.Id}:/data/link", "kept");
        at.Copy("-L", $"{box.Id}:/data/link", "followed");
        at.Copy("-L", $"{box.Id}:/data/link", "content");
        at.Copy("-a", $"{box.Id}:/data/file", "owned");

        house.Do("cp", $"{box.Id}:/nope", at.Path).FailedWith(1, "Could not find the file /nope in container");
        house.Do("cp", $"{box.Id}:/data", $"{at.Path}/renamed").FailedWith(1, "cannot copy directory");
        house.Do("cp", $"{box.Id}:/data/file", $"{at.Path}/new/").FailedWith(1, "no such directory");
        house.Do("cp", $"{box.Id}:/data/file", $"{at.Path}/none/file").FailedWith(1, "does not exist");
        house.Do("cp", $"{box.Id}:/data/file", $"{box.Id}:/x").FailedWith(1, "copying between containers is not supported");
        house.Do("cp", "a", "b").FailedWith(1, "must specify at least one container source");

        string found = at.Host(
            $"cd {at.Path}; cat file renamed fresh/inner/deep data/inner/deep content/inner/deep followed content/link; readlink kept;"
                + " stat -c '%a %u:%g' file owned fresh/inner/setuid; cmp fresh/hard fresh/inner/deep; stat -c %h fresh/hard"
        );
        Assert.Equal("file\nfile\ndeep\ndeep\ndeep\nfile\nfile\nfile\n640 0:0\n640 5:6\n755 0:0\n2", found);
    }

    [Fact]
    public void A_tar_goes_in_from_standard_input_and_out_to_standard_output()
    {
        at.Sources();
        using CopySubject box = at.Box("running");

        at.Host($"tar -C {at.Path} -cz dir | $CONEX cp - {box.Id}:/mnt");
        Assert.Equal("deep", box.Shell("cat /mnt/dir/inner/deep"));
        Assert.Equal("dir/\ndir/inner/\ndir/inner/deep", at.Host($"$CONEX cp {box.Id}:/mnt/dir - | tar -t"));
        Assert.Equal("./\n./inner/\n./inner/deep", at.Host($"$CONEX cp {box.Id}:/mnt/dir/. - | tar -t"));
        Assert.Equal("deep", at.Host($"$CONEX cp {box.Id}:/mnt/dir/inner/deep - | tar -xO deep"));
        house.DoWithInput("x", "cp", "-", $"{box.Id}:/etc/passwd").FailedWith(1, "must be a directory");
        house.DoWithInput("no tar at all, and not even long", "cp", "-", $"{box.Id}:/mnt").FailedWith(1, "tar");
        at.Host($"cd {at.Path} && tar -cPf up.tar ../{Path.GetFileName(at.Path)}/file");
        house.DoOnHost($"$CONEX cp - {box.Id}:/mnt < {at.Path}/up.tar").FailedWith(1, "that leads out of it");
    }

    [Fact]
    public void What_is_mounted_is_written_and_read_where_it_is_mounted()
    {
        at.Sources();
        at.Host($"mkdir {at.Path}/bound {at.Path}/fixed && echo host > {at.Path}/bound/there && echo fixed > {at.Path}/fixed/there");
        string[] mounts =
        [
            "-v",
            $"{at.Path}/bound:/bound",
            "-v",
            $"{at.Path}/fixed:/fixed:ro",
            "--tmpfs",
            "/memory",
            "-v",
            $"{at.Path}/file:/single",
        ];
        string running = house.RunSleeper(mounts);
        string created = house.Ask(["create", "--network", "none", .. mounts, "box", "true"]);

        foreach (string id in (string[])[running, created])
        {
            at.Copy("dir", $"{id}:/bound/from-{id[..4]}");
            Assert.Equal("deep", at.Host($"cat {at.Path}/bound/from-{id[..4]}/inner/deep"));
            at.Copy($"{id}:/bound/there", $"out-{id[..4]}");
            at.Copy($"{id}:/fixed", $"fixed-{id[..4]}");
            Assert.Equal("host\nfixed", at.Host($"cat {at.Path}/out-{id[..4]} {at.Path}/fixed-{id[..4]}/there"));
            house.Do("cp", $"{at.Path}/file", $"{id}:/fixed/new").FailedWith(1, "mounted volume is marked read-only");
            at.Host($"echo changed > {at.Path}/changed");
            at.Copy("changed", $"{id}:/single");
            Assert.Equal("changed 640", at.Host($"cat {at.Path}/file | tr '\\n' ' '; stat -c %a {at.Path}/file"));
            at.Copy($"{id}:/", $"root-{id[..4]}");
            Assert.Equal(
                "fixed",
                at.Host(
                    $"cat {at.Path}/root-{id[..4]}/fixed/there; ls -A {at.Path}/root-{id[..4]}/proc {at.Path}/root-{id[..4]}/dev | grep -v :$ || true"
                )
            );
        }
        at.Copy("changed", $"{running}:/memory/here");
        Assert.Equal("changed", house.Ask("exec", running, "cat", "/memory/here"));
        at.Copy($"{running}:/memory/here", "from-memory");
        Assert.Equal("changed", at.Host($"cat {at.Path}/from-memory"));
        Assert.Equal("no", at.Host($"test -e {house.DataRoot}/containers/{running}/upper/memory/here || echo no"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_read_only_root_takes_nothing_but_its_writable_mounts_do(bool running)
    {
        at.Sources();
        at.Host($"mkdir {at.Path}/bound");
        string id = house.Ask([
            running ? "run" : "create",
            .. running ? (string[])["-d"] : [],
            "--network",
            "none",
            "--read-only",
            "-v",
            $"{at.Path}/bound:/bound",
            "box",
            "sleep",
            "1000000",
        ]);

        house.Do("cp", $"{at.Path}/file", $"{id}:/etc/new").FailedWith(1, "container rootfs is marked read-only");
        at.Copy("file", $"{id}:/bound/new");
        Assert.Equal("file", at.Host($"cat {at.Path}/bound/new"));
        at.Copy($"{id}:/etc/passwd", "passwd");
        Assert.StartsWith("root:", at.Host($"cat {at.Path}/passwd"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_endpoint_speaks_as_dockers()
    {
        at.Sources();
        string id = house.Ask("run", "-d", "--network", "none", "-u", "5:6", "-v", $"{at.Path}:/mnt", "box", "sleep", "1000000");
        string curl = $"curl -s --unix-socket {house.SocketPath}";
        string url = $"http://c/v1.44/containers/{id}/archive";
        at.Host(
            $"cd {at.Path} && tar -cf file.tar file && tar -cf passwd.tar --transform s,dir,passwd, dir && xz -k file.tar && bzip2 -k file.tar"
        );

        Assert.Equal(
            "busybox 0",
            at.Host(
                $"{curl} -I '{url}?path=/bin/busybox' | sed -n 's/^X-Docker-Container-Path-Stat: //Ip' | tr -d '\\r' | base64 -d"
                    + " | python3 -c \"import json,sys; s=json.load(sys.stdin); print(s['name'], s['mode'] >> 31)\""
            )
        );
        Assert.Equal(
            "/bin/busybox True",
            at.Host(
                $"{curl} -I '{url}?path=/bin/sh' | sed -n 's/^X-Docker-Container-Path-Stat: //Ip' | tr -d '\\r' | base64 -d"
                    + " | python3 -c \"import json,sys; s=json.load(sys.stdin); print(s['linkTarget'], s['mode'] >> 27 == 1)\""
            )
        );
        Assert.Equal("404", Status($"-I '{url}?path=/nope'"));
        Assert.Equal("400", Status($"-I '{url}'"));
        Assert.Equal("404", Status($"-I 'http://c/containers/nobody/archive?path=/'"));
        Assert.Equal("400", Status($"'{url}?path=/etc/passwd/below'"));
        Assert.Equal("400", Status($"-T {at.Path}/file.tar '{url}?path=/etc/passwd'"));
        Assert.Equal("404", Status($"-T {at.Path}/file.tar '{url}?path=/nope'"));
        Assert.Equal("200", Status($"-T {at.Path}/file.tar '{url}?path=/mnt'"));
        Assert.Equal("200", Status($"-T {at.Path}/file.tar.xz '{url}?path=/mnt'"));
        Assert.Equal("200", Status($"-T {at.Path}/file.tar.bz2 '{url}?path=/mnt'"));
        Assert.Equal("7:8", house.Ask("exec", "-u", "0", id, "stat", "-c", "%u:%g", "/mnt/file"));
        Assert.Equal("200", Status($"-T {at.Path}/file.tar '{url}?path=/mnt&copyUIDGID=true'"));
        Assert.Equal("5:6", house.Ask("exec", "-u", "0", id, "stat", "-c", "%u:%g", "/mnt/file"));
        Assert.Equal("400", Status($"-T {at.Path}/passwd.tar '{url}?path=/etc&noOverwriteDirNonDir=true'"));
        Assert.Equal("200", Status($"-T {at.Path}/passwd.tar '{url}?path=/etc'"));
        Assert.Equal("deep", house.Ask("exec", "-u", "0", id, "cat", "/etc/passwd/inner/deep"));

        string Status(string rest) => at.Host($"{curl} -o /dev/null -w '%{{http_code}}' {rest}");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Docker_copies_both_ways(string docker)
    {
        at.Sources();
        string line = $"{docker} --host unix://{house.SocketPath}";
        foreach (string state in (string[])["created", "running"])
        {
            using CopySubject box = at.Box(state);

            at.Host(
                $"cd {at.Path} && {line} cp dir {box.Id}:/mnt/new && {line} cp file {box.Id}:/mnt/ && {line} cp -L link {box.Id}:/mnt/named"
            );
            at.Host($"cd {at.Path} && rm -rf back && {line} cp {box.Id}:/mnt/new back && {line} cp {box.Id}:/mnt/named back/named");
            at.Host($"cd {at.Path} && {line} cp -L {box.Id}:/data/link back/link && tar -c dir | {line} cp - {box.Id}:/mnt");

            Assert.Equal("deep\nfile\nfile", at.Host($"cd {at.Path}/back && cat inner/deep named link"));
            Assert.Equal("deep", at.Host($"{line} cp {box.Id}:/mnt/dir/. - | tar -xO ./inner/deep"));
            // Old clients have a sentence of their own for a status of 404.
            CommandResult missing = house.DoOnHost($"{line} cp {box.Id}:/nope {at.Path}").EndedWith(1);
            Assert.Matches($"Could not find the file /nope in container|No such container:path: {box.Id}:/nope", missing.Error);
        }
    }
}
