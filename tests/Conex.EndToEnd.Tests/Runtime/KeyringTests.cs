using System.Runtime.InteropServices;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The caller's session keyring stays outside: a payload possesses none of its keys (session-keyring(7)).</summary>
public sealed class KeyringTests : IDisposable
{
    private const int Found = 0;
    private const int ENOKEY = 126;
    private const long AddKey = 248;
    private const long Keyctl = 250;
    private const long JoinSessionKeyring = 1;
    private const long Search = 10;
    private const long SessionKeyring = -3;

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    private string Key => $"secret-of-{house.Name}";

    /// <summary>Looks for the caller's key in its own session keyring; ends with the error's number.</summary>
    private byte[] Probe => ProbeProgram.X64(new ProbeProgram.Call(Keyctl, Search, SessionKeyring, "user", Key, 0));

    private TestBundle Searching() => house.NewBundle().Program("/probe", Probe).Command("/probe");

    [Fact]
    public void A_container_has_a_session_keyring_of_its_own()
    {
        TestBundle bundle = Searching();
        InSessionWithKey(() => house.Run(bundle).EndedWith(ENOKEY));
    }

    [Fact]
    public void A_container_in_a_user_namespace_has_one_too()
    {
        TestBundle bundle = Searching().WithUserNamespace();
        InSessionWithKey(() => house.Run(bundle).EndedWith(ENOKEY));
    }

    [Fact]
    public void Without_a_new_keyring_the_container_has_the_callers()
    {
        TestBundle bundle = Searching();
        InSessionWithKey(() => house.Run(bundle, "--no-new-keyring").EndedWith(Found));
    }

    [Fact]
    public void An_exec_has_the_containers_keyring_and_not_its_callers()
    {
        house.RunDetached(house.NewBundle().Program("/probe", Probe));
        InSessionWithKey(() => house.Exec("/probe").EndedWith(ENOKEY));
        house.Remove();
    }

    /// <summary>Does something on a thread whose session keyring, which children inherit, is new and holds a key.</summary>
    private void InSessionWithKey(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Assert.True(syscall(Keyctl, JoinSessionKeyring, $"session-of-{house.Name}", "", 0, 0) > 0, "no session keyring");
                Assert.True(add_key(AddKey, "user", Key, "value", 5, SessionKeyring) > 0, "no key");
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern long syscall(long number, long operation, string name, string unused, long fourth, long fifth);

    [DllImport("libc", EntryPoint = "syscall", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern long add_key(long number, string type, string description, string payload, long length, long keyring);
}
