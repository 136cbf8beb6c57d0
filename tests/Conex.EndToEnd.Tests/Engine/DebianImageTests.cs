using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>A whole Debian, made of Debian's own packages, does from mounted layers what it does on a disk.</summary>
public sealed class DebianImageTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const string Image = "debian:tools";

    public void Dispose() => house.RequireClean();

    [Fact]
    public void Its_files_are_what_its_packages_say()
    {
        Need();

        // Every file's checksum, mode and owner; what the tar leaves out, or was changed when it was made, is not meant.
        string differing = Run("dpkg --verify | grep -v ' c ' | grep -vE '/(doc|man|locale|info|lintian)/' || true");

        Assert.Equal("", differing);
    }

    [Fact]
    public void Its_compiler_makes_a_program_that_runs()
    {
        Need();
        File.WriteAllText($"{house.Place}/a.c", "#include <stdio.h>\nint main(void) { return puts(\"compiled here\") < 0; }\n");

        Assert.Equal("compiled here", Run("gcc -O2 -o /tmp/a /mnt/a.c && /tmp/a", "-v", $"{house.Place}:/mnt:ro"));
    }

    [Fact]
    public void Its_python_has_its_libraries()
    {
        Need();
        File.WriteAllText(
            $"{house.Place}/a.py",
            "import hashlib, json, sqlite3\n"
                + "answer = sqlite3.connect('/tmp/db').execute('select 6 * 7').fetchone()[0]\n"
                + "print(json.dumps({hashlib.sha256(b'x').hexdigest()[:8]: answer}))\n"
        );

        Assert.Equal("{\"2d711642\": 42}", Run("python3 /mnt/a.py", "-v", $"{house.Place}:/mnt:ro"));
    }

    [Fact]
    public void Its_web_server_answers()
    {
        Need();
        string id = house.Ask("run", "-d", "--network", "none", Image, "nginx", "-g", "daemon off;");
        const string question = "import urllib.request as r; print(r.urlopen('http://127.0.0.1/').read().decode())";
        CommandResult? answer = null;

        Eventually.True(() => (answer = house.Do("exec", id, "python3", "-c", question)).ExitCode == 0, "nginx answers in its container");

        Assert.Contains("Welcome to nginx!", answer!.Output, StringComparison.Ordinal);
        house.Do("rm", "-f", id).Succeeded();
    }

    [Fact]
    public void A_package_is_installed_from_the_mirror_and_runs()
    {
        Need();

        string[] lines = Run(
                "apt-get -q -o Acquire::Retries=3 -o APT::Update::Error-Mode=any update >/tmp/log 2>&1 || { echo unreachable; tail -n 1 /tmp/log; exit; }\n"
                    + "apt-get -q -y -o Acquire::Retries=3 install hello >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }\n"
                    + "hello && dpkg --verify hello",
                "--network",
                "host"
            )
            .Split('\n');

        Assert.SkipWhen(lines[0] == "unreachable", $"Debian's mirror cannot be reached from a container: {lines[^1]}");
        Assert.Equal(["Hello, world!"], lines);
    }

    /// <summary>A shell's output in a new container.</summary>
    private string Run(string script, params string[] options) =>
        house.Ask([
            "run",
            "--rm",
            .. options.Contains("--network") ? [] : (string[])["--network", "none"],
            .. options,
            Image,
            "sh",
            "-c",
            script,
        ]);

    private void Need()
    {
        string tar = TestImages.DebianWithToolsTar;
        if (house.Do("image", "inspect", Image).ExitCode != 0)
        {
            house.Do("import", tar, Image).Succeeded();
        }
        Assert.SkipUnless(house.Ask("info").Contains("Layers: mounted", StringComparison.Ordinal), "layers cannot be mounted here");
    }
}
