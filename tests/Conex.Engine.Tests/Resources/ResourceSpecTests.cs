using Conex.Engine.Containers;
using Conex.Engine.Devices;
using Conex.Engine.Errors;
using Conex.Engine.Resources;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Tests.Resources;

public sealed class ResourceSpecTests
{
    [Fact]
    public void Memory_brings_as_much_swap_again()
    {
        LinuxResources resources = ResourceSpec.From(new ResourceLimits { Memory = 64 << 20 }, []);

        Assert.Equal(64 << 20, resources.Memory!.Limit);
        Assert.Equal(128 << 20, resources.Memory.Swap);
        Assert.Null(resources.Cpu);
        Assert.Null(resources.Pids);
    }

    [Fact]
    public void Cpus_are_a_quota()
    {
        LinuxResources resources = ResourceSpec.From(new ResourceLimits { NanoCpus = 250_000_000, PidsLimit = -1 }, []);

        Assert.Equal(25_000, resources.Cpu!.Quota);
        Assert.Equal(100_000ul, resources.Cpu.Period);
        Assert.Null(resources.Pids);
    }

    public static TheoryData<ResourceLimits, string> Impossible() =>
        new()
        {
            {
                new ResourceLimits { Memory = 1024 },
                "Minimum memory limit allowed is 6MB"
            },
            {
                new ResourceLimits { MemorySwap = 8 << 20 },
                "You should always set the Memory limit when using Memoryswap limit, see usage"
            },
            {
                new ResourceLimits { Memory = 16 << 20, MemorySwap = 8 << 20 },
                "Minimum memoryswap limit should be larger than memory limit, see usage"
            },
            {
                new ResourceLimits { NanoCpus = 1, CpuPeriod = 1000 },
                "Conflicting options: Nano CPUs and CPU Period cannot both be set."
            },
            {
                new ResourceLimits { BlkioWeight = 5 },
                "Range of blkio weight is from 10 to 1000"
            },
        };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Impossible_limits_are_dockers_sentences(ResourceLimits limits, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidRequestException>(() => ResourceSpec.From(limits, [])).Message);

    [Fact]
    public void Ulimits_are_rlimits()
    {
        Rlimit limit = Assert.Single(ResourceLimitNames.From([new Ulimit("nofile", 10, -1)])!);

        Assert.Equal(("RLIMIT_NOFILE", 10ul, ulong.MaxValue), (limit.Type, limit.Soft, limit.Hard));
        Assert.Throws<InvalidRequestException>(() => ResourceLimitNames.From([new Ulimit("nope", 1, 1)]));
        Assert.Throws<InvalidRequestException>(() => ResourceLimitNames.From([new Ulimit("core", -1, 1)]));
    }

    [Fact]
    public void Device_rules_are_read()
    {
        LinuxDeviceRule rule = DeviceRules.Parse("c 10:* rw");

        Assert.Equal(("c", 10L, null, "rw"), (rule.Type, rule.Major, rule.Minor, rule.Access));
        Assert.Throws<InvalidRequestException>(() => DeviceRules.Parse("c 10 rw"));
        Assert.Throws<InvalidRequestException>(() => DeviceRules.Parse("x 1:1 rw"));
    }

    [Fact]
    public void A_device_of_the_host_is_a_node_with_its_numbers()
    {
        LinuxDevice device = Assert.Single(HostDevices.From(new DeviceMapping("/dev/null", "/dev/nothing", "r")));

        Assert.Equal(("/dev/nothing", "c", 1L, 3L), (device.Path, device.Type, device.Major, device.Minor));
        Assert.Throws<InvalidRequestException>(() => HostDevices.From(new DeviceMapping("/dev/nope", "", "")));
        Assert.Throws<InvalidRequestException>(() => HostDevices.From(new DeviceMapping("/dev/null", "", "x")));
    }
}
