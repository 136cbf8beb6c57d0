using Conex.Linux.DBus;

namespace Conex.Linux.Tests.DBus;

public sealed class BusAddressTests
{
    [Theory]
    [InlineData("unix:path=/run/user/1000/bus", "/run/user/1000/bus")]
    [InlineData("unix:path=/run/user/1000/bus,guid=0123", "/run/user/1000/bus")]
    [InlineData("unix:guid=0123,path=/a%20b%2fc", "/a b/c")]
    [InlineData("unix:path=/a%2;unix:path=/%zz", "/a%2 /%zz")]
    [InlineData("tcp:host=x,port=1;unix:abstract=/tmp/dbus-x;unix:path=/b", "@/tmp/dbus-x /b")]
    [InlineData("unix:runtime=yes", "")]
    [InlineData("", "")]
    public void Every_unix_socket_of_the_list_is_named(string list, string expected) =>
        Assert.Equal(expected, string.Join(' ', BusAddress.Sockets(list)).Replace('\0', '@'));
}
