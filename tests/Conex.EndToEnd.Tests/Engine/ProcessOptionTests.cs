using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>The options of <c>run</c> that shape the process: environment, directory, user, program, host name.</summary>
public sealed class ProcessOptionTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose() => house.RequireClean();

    [Fact]
    public void Environment_variables_come_from_options_files_and_this_process()
    {
        string file = house.WriteFile("env", "# comment\nFROM_FILE=a b\nINHERITED\nBOTH=file\n");
        house.Environment["INHERITED"] = "from here";
        house.Environment["BY_NAME"] = "by name";
        house.Environment.Remove("ABSENT");

        string[] lines = house
            .Do(
                "run",
                "--rm",
                "--network",
                "none",
                "-e",
                "A=1=2",
                "-e",
                "BOTH=option",
                "-e",
                "BY_NAME",
                "-e",
                "ABSENT",
                "--env-file",
                file,
                "box",
                "env"
            )
            .Succeeded()
            .Lines;

        Assert.Contains("A=1=2", lines);
        Assert.Contains("FROM_FILE=a b", lines);
        Assert.Contains("INHERITED=from here", lines);
        Assert.Contains("BY_NAME=by name", lines);
        Assert.Contains("BOTH=option", lines);
        Assert.DoesNotContain(lines, l => l.StartsWith("ABSENT", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("PATH=", StringComparison.Ordinal));
        Assert.Contains("HOME=/root", lines);
    }

    [Fact]
    public void The_working_directory_is_made_when_it_is_missing() =>
        Assert.Equal("/a/new/place", house.Shell("pwd", "-w", "/a/new/place").Text);

    [Theory]
    [InlineData("adam", "1000 1000 1000 50")]
    [InlineData("1000", "1000 1000 1000 50")]
    [InlineData("adam:staff", "1000 50 50")]
    [InlineData("1234:4321", "1234 4321 4321")]
    [InlineData("4444", "4444 0 0")]
    [InlineData("nobody", "65534 65534 65534")]
    public void A_user_is_looked_up_in_the_files_of_the_image(string user, string ids) =>
        Assert.Equal(ids, house.Shell("echo $(id -u) $(id -g) $(id -G)", "-u", user).Text);

    [Fact]
    public void Further_groups_are_joined_by_name_and_number() =>
        Assert.Equal(
            "50 77 1000",
            house.Shell("id -G | tr ' ' '\\n' | sort -n | xargs", "-u", "1000:1000", "--group-add", "staff", "--group-add", "77").Text
        );

    [Fact]
    public void A_user_that_the_image_does_not_know_is_one_sentence()
    {
        CommandResult result = house.Do("run", "--rm", "--network", "none", "-u", "eve", "box", "true");

        Assert.True(result.ExitCode is 125 or 126, result.ToString());
        Assert.Contains("eve", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_gives_entrypoint_command_user_directory_and_environment()
    {
        house.Import("configured", "ENTRYPOINT [\"/bin/echo\",\"entry\"]", "CMD [\"one\",\"two\"]");
        house.Import("placed", "USER adam", "WORKDIR /tmp", "ENV COLOR=blue", "CMD echo $(id -un) $(pwd) $COLOR");

        Assert.Equal("entry one two", house.Ask("run", "--rm", "--network", "none", "configured"));
        Assert.Equal("entry other", house.Ask("run", "--rm", "--network", "none", "configured", "other"));
        Assert.Equal("/ works", house.Ask("run", "--rm", "--network", "none", "--entrypoint", "sh", "configured", "-c", "echo $PWD works"));
        Assert.Equal("adam /tmp blue", house.Ask("run", "--rm", "--network", "none", "placed"));
        Assert.Equal("root / red", house.Ask("run", "--rm", "--network", "none", "-u", "0", "-w", "/", "-e", "COLOR=red", "placed"));
    }

    [Fact]
    public void The_host_name_is_the_options_or_the_short_id()
    {
        Assert.Equal("web", house.Shell("hostname", "-h", "web").Text);
        Assert.Contains("web", house.Shell("cat /etc/hostname /etc/hosts", "-h", "web").Text, StringComparison.Ordinal);

        string id = house.RunSleeper();

        Assert.Equal(id[..12], house.Ask("exec", id, "hostname"));
    }

    [Fact]
    public void Options_after_the_image_belong_to_the_container() =>
        Assert.Equal("-e --rm -it -- ", house.Ask("run", "--rm", "--network", "none", "box", "printf", "%s ", "-e", "--rm", "-it", "--"));

    [Fact]
    public void Init_reaps_forwards_signals_and_is_not_the_payload()
    {
        string id = house.RunScript("trap 'exit 5' TERM; (sleep 0.01 &) ; while :; do sleep 0.05; done", "--init");
        house.WaitForStatus(id, "running");

        Assert.DoesNotContain("sh", house.Ask("exec", id, "cat", "/proc/1/comm"), StringComparison.Ordinal);
        Eventually.True(
            () => !house.Ask("exec", id, "sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null; true").Contains(") Z ", StringComparison.Ordinal),
            "no zombie is left"
        );
        house.Do("stop", id).Succeeded();

        Assert.Equal(5, house.State(id).GetProperty("ExitCode").GetInt32());
    }

    [Fact]
    public void Names_and_labels_are_kept()
    {
        string file = house.WriteFile("labels", "from.file=yes\n");
        house.RunSleeper("--name", "named", "-l", "tier=web", "--label", "bare", "--label-file", file);

        var labels = house.Inspect("named").GetProperty("Config").GetProperty("Labels");

        Assert.Equal("/named", house.Inspect("named").GetProperty("Name").GetString());
        Assert.Equal("web", labels.GetProperty("tier").GetString());
        Assert.Equal("", labels.GetProperty("bare").GetString());
        Assert.Equal("yes", labels.GetProperty("from.file").GetString());
    }

    [Fact]
    public void Cidfile_holds_the_id()
    {
        string file = $"{house.Place}/cid";

        string id = house.RunSleeper("--cidfile", file);

        Assert.Equal(id, File.ReadAllText(file));
    }

    [Fact]
    public void An_image_of_debian_runs_dynamic_programs_with_its_own_users()
    {
        house.Do("import", TestImages.DebianTar, "debian").Succeeded();

        CommandResult result = house.Do(
            "run",
            "--rm",
            "--network",
            "none",
            "debian",
            "bash",
            "-c",
            "perl -e 'print \"$$ @{[getpwuid(33)]}[0]\\n\"'; ls -l /bin/su | cut -c 1-10"
        );

        Assert.Equal("-rwsr-xr-x", result.Succeeded().Lines[^1]);
        Assert.Equal(
            "33:33",
            house.Ask("run", "--rm", "--network", "none", "-u", "www-data", "debian", "bash", "-c", "echo $(id -u):$(id -g)")
        );
    }
}
