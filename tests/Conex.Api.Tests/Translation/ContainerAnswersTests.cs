using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine.Containers;
using ContainerState = Conex.Engine.Containers.ContainerState;
using MountPoint = Conex.Engine.Containers.MountPoint;

namespace Conex.Api.Tests.Translation;

public sealed class ContainerAnswersTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_running_container_is_told_in_full()
    {
        ContainerDetails container = Container(
            new ContainerState
            {
                Status = ContainerStatus.Running,
                Pid = 42,
                StartedAt = Now.AddHours(-2),
            }
        );

        ContainerInspect inspect = ContainerAnswers.Inspect(container);
        ContainerSummary summary = ContainerAnswers.Summary(container, Now);

        Assert.Equal("/web", inspect.Name);
        Assert.Equal("sh", inspect.Path);
        Assert.Equal(["-c", "echo hi"], inspect.Args);
        Assert.True(inspect.State.Running);
        Assert.Equal("running", inspect.State.Status);
        Assert.Equal("2026-01-02T01:04:05Z", inspect.State.StartedAt);
        Assert.Equal("0001-01-01T00:00:00Z", inspect.State.FinishedAt);
        Assert.Equal("bridge", Assert.Single(inspect.NetworkSettings.Networks).Key);
        Assert.Equal("no", inspect.HostConfig.RestartPolicy!.Name);
        Assert.Equal("json-file", inspect.HostConfig.LogConfig!.Type);
        Assert.Equal(["/web"], summary.Names);
        Assert.Equal("sh -c 'echo hi'", summary.Command);
        Assert.Equal("Up 2 hours", summary.Status);
        Assert.False(Assert.Single(summary.Mounts).Rw);
    }

    [Fact]
    public void The_state_is_one_sentence_for_people()
    {
        Assert.Equal("Created", ContainerAnswers.Sentence(new ContainerState(), Now));
        Assert.Equal(
            "Exited (137) 5 minutes ago",
            ContainerAnswers.Sentence(
                new ContainerState
                {
                    Status = ContainerStatus.Exited,
                    ExitCode = 137,
                    FinishedAt = Now.AddMinutes(-5),
                },
                Now
            )
        );
        Assert.Equal("Removal In Progress", ContainerAnswers.Sentence(new ContainerState { Status = ContainerStatus.Removing }, Now));
    }

    private static ContainerDetails Container(ContainerState state) =>
        new()
        {
            Record = new ContainerRecord
            {
                Id = new string('a', 64),
                Name = "web",
                CreatedAt = Now.AddDays(-1),
                ImageId = "sha256:1",
                Configuration = new ContainerConfiguration { Image = "busybox" },
                Layers = ["/l2", "/l1"],
            },
            State = state,
            Arguments = ["sh", "-c", "echo hi"],
            ExecIds = [],
            Mounts = [new MountPoint("bind", "/s", "/d", "ro", Writable: false, "rprivate")],
            Hostname = "aaaaaaaaaaaa",
            LogPath = "",
            HostsPath = "",
            HostnamePath = "",
            ResolvConfPath = "",
            UpperDirectory = "",
            WorkDirectory = "",
        };
}
