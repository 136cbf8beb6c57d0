using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Landlock rules, by <c>process.landlock</c> and by annotation.</summary>
public sealed class LandlockTests : IDisposable
{
    /// <summary>Everything may be read and executed, only /tmp and /dev be written.</summary>
    private static readonly Landlock ReadMostly = new()
    {
        Ruleset = new LandlockRuleset
        {
            HandledAccessFs = ["execute", "read_file", "read_dir", "write_file", "make_reg", "make_dir", "truncate", "refer"],
        },
        Rules = new LandlockRules
        {
            PathBeneath =
            [
                new LandlockPathBeneath { AllowedAccess = ["execute", "read_file", "read_dir"], Paths = ["/"] },
                new LandlockPathBeneath { AllowedAccess = ["write_file", "make_reg", "truncate"], Paths = ["/tmp", "/dev", "/etc/group"] },
            ],
        },
    };

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 1000)]
    [InlineData(false, 1000)]
    public void What_no_rule_allows_is_refused_even_to_root(bool noNewPrivileges, uint user)
    {
        TestBundle bundle = With(house.NewBundle(), ReadMostly)
            .WithProcess(p =>
                p with
                {
                    NoNewPrivileges = noNewPrivileges,
                    User = new User { Uid = user },
                }
            )
            .Shell("echo x >/tmp/file && cat /tmp/file; touch /var/file || mkdir /tmp/directory || echo refused");
        File.SetUnixFileMode($"{bundle.Rootfs}/var", (UnixFileMode)0x3FF);
        CommandResult result = house.Run(bundle).Succeeded();
        Assert.Equal(["x", "refused"], result.Lines);
        Assert.Equal(2, result.Error.Split("Permission denied").Length - 1);
    }

    [Fact]
    public void A_rule_for_a_single_file_allows_what_a_file_can_have()
    {
        TestBundle bundle = With(house.NewBundle(), ReadMostly)
            .Shell("echo staff::50: >>/etc/group && echo written; echo x >>/etc/passwd || echo refused");
        Assert.Equal(["written", "refused"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void The_annotation_holds_the_same_rules()
    {
        TestBundle bundle = house
            .NewBundle()
            .With(s =>
                s with
                {
                    Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["org.conex.landlock"] =
                            """{"ruleset":{"handledAccessFS":["write_file"]},"rules":{"pathBeneath":[{"allowedAccess":["write_file"],"paths":["/dev"]}]}}""",
                    },
                }
            )
            .Shell("echo x >/tmp/file || echo refused; echo x >/dev/null && echo written");
        Assert.Equal(["refused", "written"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void A_program_that_no_rule_lets_execute_does_not_start() =>
        house
            .Run(With(house.NewBundle(), new Landlock { Ruleset = new LandlockRuleset { HandledAccessFs = ["execute"] } }).Command("true"))
            .FailedWith(1, "exec: \"true\": permission denied");

    [Fact]
    public void An_exec_has_the_containers_rules()
    {
        house.RunDetached(With(house.NewBundle(), ReadMostly));
        CommandResult result = house.Exec("sh", "-c", "echo x >/etc/file || echo refused; echo x >/tmp/file && echo written");
        house.Remove();
        Assert.Equal(["refused", "written"], result.Succeeded().Lines);
    }

    [Fact]
    public void Ports_are_allowed_one_by_one()
    {
        var rules = new Landlock
        {
            Ruleset = new LandlockRuleset { HandledAccessNet = ["bind_tcp"] },
            Rules = new LandlockRules { NetPort = [new LandlockNetPort { AllowedAccess = ["bind_tcp"], Ports = [8080] }] },
        };
        TestBundle bundle = With(house.NewBundle(), rules).Shell("httpd -p 8080 && echo listens; httpd -p 8081 || echo refused");
        Assert.Equal(["listens", "refused"], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void A_scope_keeps_signals_in()
    {
        house.RunDetached(
            With(house.NewBundle(), new Landlock { Ruleset = new LandlockRuleset { Scoped = ["signal"] } }).Shell("exec sleep 1000000")
        );
        CommandResult result = house.Exec("sh", "-c", "kill -0 1 || echo refused; sleep 1000 & kill -0 $! && echo own; kill -9 $!");
        house.Remove();
        Assert.Equal(["refused", "own"], result.Succeeded().Lines);
    }

    [Fact]
    public void A_path_that_is_not_there_is_named()
    {
        var rules = new Landlock
        {
            Ruleset = new LandlockRuleset { HandledAccessFs = ["write_file"] },
            Rules = new LandlockRules
            {
                PathBeneath = [new LandlockPathBeneath { AllowedAccess = ["write_file"], Paths = ["/not/there"] }],
            },
        };
        house.Run(With(house.NewBundle(), rules)).FailedWith(1, "allow access beneath /not/there by Landlock: no such file or directory");
    }

    private static TestBundle With(TestBundle bundle, Landlock rules) => bundle.WithProcess(p => p with { Landlock = rules });
}
