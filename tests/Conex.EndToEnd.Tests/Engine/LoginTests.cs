using System.Text;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>A registry that asks for a password gets it from those who have one.</summary>
public sealed class LoginTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public static TheoryData<string> Clients => [.. DockerClients.All];

    public void Dispose() => house.RequireClean();

    [Theory]
    [MemberData(nameof(Clients))]
    public void Only_who_has_logged_in_gets_in_by_conex_and_by_docker(string docker)
    {
        using var closed = new RegistryServer(withPassword: true);
        string app = $"{closed.Host}/secret:1";
        string config = $"{house.Place}/docker/config.json";
        house.Import(app, "CMD true");
        house.WriteFile("docker/config.json", """{"HttpHeaders":{"X":"y"}}""");

        Assert.Contains("push access denied", house.Do("push", app).EndedWith(1).Error, StringComparison.Ordinal);
        Assert.Contains(
            "401",
            house.DoWithInput("wrong", "login", "-u", RegistryServer.User, "--password-stdin", closed.Host).EndedWith(1).Error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(closed.Host, File.ReadAllText(config), StringComparison.Ordinal);
        Assert.Equal(
            "Login Succeeded",
            house.DoWithInput($"{RegistryServer.Password}\n", "login", "-u", RegistryServer.User, "--password-stdin", closed.Host).Text
        );
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(config));
        Assert.Contains("\"X\": \"y\"", File.ReadAllText(config), StringComparison.Ordinal);
        Assert.DoesNotContain(RegistryServer.Password, File.ReadAllText(config), StringComparison.Ordinal);
        house.Do("push", "-q", app).Succeeded();
        house.DoProgram(docker, "--host", $"unix://{house.SocketPath}", "pull", app).Succeeded();

        Assert.Contains("Removing login credentials", house.Ask("logout", closed.Host), StringComparison.Ordinal);
        Assert.Contains("pull access denied", house.Do("pull", app).EndedWith(1).Error, StringComparison.Ordinal);
        Assert.Contains("Not logged in", house.Ask("logout", closed.Host), StringComparison.Ordinal);
        CommandResult login = house.DoProgram(
            docker,
            "--host",
            $"unix://{house.SocketPath}",
            "login",
            "-u",
            RegistryServer.User,
            "-p",
            RegistryServer.Password,
            closed.Host
        );
        Assert.Contains("Login Succeeded", login.Text, StringComparison.Ordinal);
        house.Do("pull", "-q", app).Succeeded();
        house.Do("logout", closed.Host).Succeeded();
        house.Do("rmi", app).Succeeded();
    }

    [Fact]
    public void A_program_that_keeps_credentials_is_asked_for_them()
    {
        using var closed = new RegistryServer(withPassword: true);
        house.WriteScript(
            "bin/docker-credential-test",
            "f=$(dirname \"$0\")/kept\ncase $1 in store) cat >$f;; erase) rm $f;; get) [ -e $f ] && cat $f || { echo credentials not found in native keychain; exit 1; };; esac"
        );
        house.WriteFile("docker/config.json", $$"""{"credHelpers": {"{{closed.Host}}": "test" } }""");
        house.Environment["PATH"] = $"{house.Place}/bin:{System.Environment.GetEnvironmentVariable("PATH")}";
        try
        {
            string app = $"{closed.Host}/kept:1";
            house.Import(app, "CMD true");
            house.DoWithInput(RegistryServer.Password, "login", "-u", RegistryServer.User, "--password-stdin", closed.Host).Succeeded();
            Assert.Contains(RegistryServer.Password, File.ReadAllText($"{house.Place}/bin/kept"), StringComparison.Ordinal);
            house.Do("push", app).Succeeded();
            house.Do("logout", closed.Host).Succeeded();
            Assert.False(File.Exists($"{house.Place}/bin/kept"));
            house.Do("pull", app).EndedWith(1);
            house.Do("rmi", app).Succeeded();
        }
        finally
        {
            house.Environment.Remove("PATH");
            File.Delete($"{house.Place}/docker/config.json");
        }
    }

    [Fact]
    public void A_login_that_cannot_be_asked_for_is_one_sentence_and_one_that_is_interrupted_changes_nothing()
    {
        house.WriteFile("docker/config.json", "{}");
        const string host = "registry.invalid";
        house.Do("login", host).FailedWith(1, "Cannot perform an interactive login from a non TTY device");
        house.Do("login", "--password-stdin", host).FailedWith(1, "Must provide --username with --password-stdin");
        house.Do("login", "-u", "u", "-p", "p", "--password-stdin", host).FailedWith(1, "mutually exclusive");
        house.Do("login", "-u", "u", "--password-stdin", host).FailedWith(1, "Username and Password Required");

        var terminal = new TerminalSession(house, $"$CONEX login -u u {host}; echo code $?; stty -a | grep -o ' echo '");
        terminal.WaitFor("Password:");
        terminal.Type("half\u0003");
        terminal.WaitFor("code 130");
        terminal.WaitFor(" echo ");
        terminal.Finish().EndedWith(0);

        Assert.Equal("{}", File.ReadAllText($"{house.Place}/docker/config.json"));
    }

    [Theory]
    [InlineData("REGISTRY_AUTH_FILE", "auth.json")]
    [InlineData("XDG_RUNTIME_DIR", "containers/auth.json")]
    public void What_podman_keeps_lets_in_too(string variable, string file)
    {
        using var closed = new RegistryServer(withPassword: true);
        string app = $"{closed.Host}/podmans:1";
        house.Import(app, "CMD true");
        string pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryServer.User}:{RegistryServer.Password}"));
        string path = house.WriteFile(file, $$"""{"auths": {"{{closed.Host}}": {"auth": "{{pair}}"} } }""");
        house.Do("push", app).EndedWith(1);
        house.Environment[variable] = variable == "REGISTRY_AUTH_FILE" ? path : house.Place;
        try
        {
            house.Do("push", app).Succeeded();
        }
        finally
        {
            house.Environment.Remove(variable);
        }
        house.Do("rmi", app).Succeeded();
    }

    [Fact]
    public void Programs_that_keep_all_credentials_or_fail_are_told_apart()
    {
        using var closed = new RegistryServer(withPassword: true);
        string app = $"{closed.Host}/all:1";
        house.Import(app, "CMD true");
        house.Environment["PATH"] = $"{house.Place}/bin:{System.Environment.GetEnvironmentVariable("PATH")}";
        try
        {
            house.WriteFile("docker/config.json", """{"credsStore": "all"}""");
            WriteAnswer($$"""{"ServerURL":"x","Username":"{{RegistryServer.User}}","Secret":"{{RegistryServer.Password}}"}""", 0);
            house.Do("push", app).Succeeded();
            WriteAnswer("credentials not found in native keychain", 1);
            Assert.Contains("push access denied", house.Do("push", app).EndedWith(1).Error, StringComparison.Ordinal);
            WriteAnswer("the safe is locked", 1);
            house.Do("push", app).FailedWith(1, "docker-credential-all get failed: the safe is locked");
            WriteAnswer("no JSON", 0);
            house.Do("push", app).FailedWith(1, "docker-credential-all get answers with something else than a credential");
            house.WriteFile("docker/config.json", """{"credsStore": "absent"}""");
            house.Do("push", app).FailedWith(1, "docker-credential-absent keeps the credentials, but there is no such program in PATH");
        }
        finally
        {
            house.Environment.Remove("PATH");
            File.Delete($"{house.Place}/docker/config.json");
        }
        house.Do("rmi", app).Succeeded();

        void WriteAnswer(string text, int code) =>
            house.WriteScript("bin/docker-credential-all", $"cat >/dev/null\necho '{text}'\nexit {code}");
    }

    [Fact]
    public void A_password_that_is_typed_is_not_shown()
    {
        using var closed = new RegistryServer(withPassword: true);
        house.WriteFile("docker/config.json", "{}");

        var terminal = new TerminalSession(house, $"$CONEX login {closed.Host}; echo code $?");
        terminal.WaitFor("Username:");
        terminal.Type($"{RegistryServer.User}\n");
        terminal.WaitFor("Password:");
        // Typing errors, corrected.
        terminal.Type($"{RegistryServer.Password}x\u00e9\u007f\u007f\n");
        terminal.WaitFor("code 0");
        terminal.Finish();

        Assert.Contains("Login Succeeded", terminal.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain(RegistryServer.Password, terminal.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "*",
            terminal.Screen[terminal.Screen.IndexOf("Password:", StringComparison.Ordinal)..],
            StringComparison.Ordinal
        );
        house.Do("logout", closed.Host).Succeeded();
    }
}
