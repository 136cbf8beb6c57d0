using Conex.Linux.Files;
using Conex.Runtime.Checkpoints;

namespace Conex.Runtime.Tests.Checkpoints;

/// <summary>What criu is asked for by each option that a dump and a restore have in common.</summary>
public sealed class SharedOptionTests
{
    private static readonly CriuOptions Plain = new() { ImagePath = "/images" };

    public static TheoryData<CriuOption, CriuOptions> Flags() =>
        new()
        {
            { CriuOption.ShellJob, Plain with { ShellJob = true } },
            { CriuOption.ExternalUnixSockets, Plain with { ExternalUnixSockets = true } },
            { CriuOption.TcpEstablished, Plain with { TcpEstablished = true } },
            { CriuOption.TcpClose, Plain with { TcpClose = true } },
            { CriuOption.FileLocks, Plain with { FileLocks = true } },
            { CriuOption.AutoDedup, Plain with { AutoDedup = true } },
            { CriuOption.LazyPages, Plain with { LazyPages = true } },
        };

    [Theory]
    [MemberData(nameof(Flags))]
    public void A_flag_is_asked_for_alone(CriuOption option, CriuOptions options)
    {
        Dictionary<CriuOption, ulong> without = Asked(Plain);
        Dictionary<CriuOption, ulong> asked = Asked(options);
        Assert.Equal(0UL, without[option]);
        Assert.Equal([option], asked.Keys.Where(o => asked[o] != without[o]));
        Assert.Equal(1UL, asked[option]);
    }

    [Theory]
    [InlineData(CriuCgroupMode.Soft)]
    [InlineData(CriuCgroupMode.Full)]
    [InlineData(CriuCgroupMode.Strict)]
    [InlineData(CriuCgroupMode.Ignore)]
    public void Cgroups_are_managed_as_asked(CriuCgroupMode mode)
    {
        Dictionary<CriuOption, ulong> asked = Asked(Plain with { CgroupMode = mode });
        Assert.Equal(1UL, asked[CriuOption.ManageCgroups]);
        Assert.Equal((ulong)mode, asked[CriuOption.ManageCgroupsMode]);
    }

    [Fact]
    public void How_the_network_is_locked_is_left_to_criu_unless_asked_for()
    {
        Assert.DoesNotContain(CriuOption.NetworkLock, Asked(Plain));
        Assert.Equal((ulong)CriuNetworkLock.Skip, Asked(Plain with { NetworkLock = CriuNetworkLock.Skip })[CriuOption.NetworkLock]);
    }

    /// <summary>The numbers of the request, field by field.</summary>
    private static Dictionary<CriuOption, ulong> Asked(CriuOptions options)
    {
        using DirectoryHandle place = PathAt.OpenDirectory("/");
        var request = new CriuRequest(CriuRequestType.Dump);
        SharedOptions.Add(request, options, place, place, "log", new Dictionary<string, string> { ["org.criu.config"] = "" });
        Dictionary<CriuOption, ulong> asked = [];
        var message = new ProtobufReader(request.ToArray());
        while (message.Next())
        {
            if (message.Field != 2)
            {
                continue;
            }
            var fields = new ProtobufReader(message.Bytes);
            while (fields.Next())
            {
                // The number of the place's descriptor is another each time.
                if ((CriuOption)fields.Field is not (CriuOption.ImagesDirectory or CriuOption.WorkDirectory))
                {
                    asked[(CriuOption)fields.Field] = fields.Number;
                }
            }
        }
        return asked;
    }
}
