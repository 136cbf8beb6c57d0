using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Networks;

namespace Conex.Engine.Tests.Networks;

public sealed class NetworkFilesTests
{
    [Fact]
    public void Hosts_name_localhost_the_container_and_what_was_added()
    {
        ContainerConfiguration configuration = new()
        {
            Image = "box",
            Domainname = "lan",
            Host = new() { ExtraHosts = ["db:10.0.0.2", "six=[::2]"] },
        };

        string hosts = NetworkFiles.Hosts(configuration, "web", hostNetwork: false);

        Assert.StartsWith("127.0.0.1\tlocalhost\n", hosts, StringComparison.Ordinal);
        Assert.EndsWith("127.0.1.1\tweb.lan web\n10.0.0.2\tdb\n::2\tsix\n", hosts, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_servers_replace_the_hosts()
    {
        HostConfiguration host = new()
        {
            Dns = ["192.0.2.1"],
            DnsSearch = ["lan", "example.com"],
            DnsOptions = ["ndots:2"],
        };

        string text = NetworkFiles.ResolvConf(host, hostNetwork: false);

        Assert.EndsWith("nameserver 192.0.2.1\nsearch lan example.com\noptions ndots:2\n", text, StringComparison.Ordinal);
        Assert.Single(text.Split('\n'), line => line.StartsWith("nameserver", StringComparison.Ordinal));
    }

    [Fact]
    public void Servers_on_the_hosts_loopback_are_left_out()
    {
        string text = NetworkFiles.ResolvConf(new HostConfiguration(), hostNetwork: false);

        Assert.DoesNotContain("nameserver 127.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db")]
    [InlineData("db:nope")]
    public void A_bad_extra_host_is_refused(string text) =>
        Assert.Equal(
            $"bad format for add-host: \"{text}\"",
            Assert.Throws<InvalidRequestException>(() => NetworkFiles.Check(new HostConfiguration { ExtraHosts = [text] })).Message
        );
}
