using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>A hostile container gains nothing from being copied from and to.</summary>
public sealed class CopySafetyTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private readonly CopyPlace at = new(house);

    public static TheoryData<string> States => CopyTests.States;

    public void Dispose()
    {
        at.Dispose();
        house.RequireClean();
    }

    [Theory]
    [MemberData(nameof(States))]
    public void No_link_of_the_container_leads_to_the_host(string state)
    {
        at.Sources();
        at.Host($"mkdir {at.Path}/secret && echo secret > {at.Path}/secret/key");
        using CopySubject box = at.Box(
            state,
            $"ln -s {at.Path}/secret /absolute; ln -s ../../../../../../..{at.Path}/secret /climbing; ln -s /proc/1/root /magic; ln -s /absolute /twice"
        );

        foreach (string link in (string[])["/absolute", "/climbing", "/twice"])
        {
            house.Do("cp", $"{box.Id}:{link}/key", $"{at.Path}/stolen").FailedWith(1, "Could not find the file");
            house.Do("cp", $"{at.Path}/file", $"{box.Id}:{link}/planted").FailedWith(1, "Could not find the file");
            house.Do("cp", "-L", $"{box.Id}:{link}", $"{at.Path}/stolen").FailedWith(1, "Could not find the file");
        }
        house.Do("cp", $"{box.Id}:/magic{at.Path}/secret/key", $"{at.Path}/stolen").FailedWith(1, "in container");
        // A tar that brings its own link is led as the container is: it has no such directory.
        at.Host($"mkdir {at.Path}/tar && ln -s {at.Path}/secret {at.Path}/tar/way && tar -C {at.Path}/tar -cf {at.Path}/way.tar way");
        at.Host(
            $"rm {at.Path}/tar/way; mkdir {at.Path}/tar/way; echo planted > {at.Path}/tar/way/key; tar -C {at.Path}/tar -rf {at.Path}/way.tar way/key"
        );
        house.DoOnHost($"$CONEX cp - {box.Id}:/mnt < {at.Path}/way.tar").FailedWith(1, "open directory /mnt/way");
        Assert.Equal(
            "secret",
            at.Host($"cat {at.Path}/secret/key; ls {at.Path}/secret | grep -v key; test -e {at.Path}/stolen && echo stolen; true")
        );
    }

    [Fact]
    public void A_container_that_exchanges_a_directory_for_a_link_wins_no_race()
    {
        // CVE-2018-15664: the path is checked, then becomes a link to the host before it is used.
        at.Sources();
        at.Host($"mkdir -p {at.Path}/target && echo host > {at.Path}/target/file");
        string id = house.RunScript(
            $"mkdir -p /swap {at.Path}/target; while true; do rm -rf /swap/now; mkdir /swap/now; rm -rf /swap/now; ln -s {at.Path}/target /swap/now; done"
        );
        Eventually.True(() => house.Do("exec", id, "test", "-d", "/swap").ExitCode == 0, "the container swaps");

        for (int i = 0; i < 60; i++)
        {
            house.Do("cp", $"{at.Path}/dir/inner/deep", $"{id}:/swap/now/file");
            house.Do("cp", $"{id}:/swap/now/file", $"{at.Path}/out");
        }

        Assert.Equal("host\nfile", at.Host($"cat {at.Path}/target/file; ls {at.Path}/target"));
        Assert.Equal("", at.Host($"cat {at.Path}/out 2>/dev/null | grep ^host || true"));
    }

    [Fact]
    public void What_comes_out_of_a_container_stays_below_its_destination()
    {
        // The destination holds what an earlier copy of a hostile container left there.
        at.Sources();
        at.Host($"mkdir {at.Path}/safe {at.Path}/down && echo safe > {at.Path}/safe/file && ln -s {at.Path}/safe {at.Path}/down/data");
        using CopySubject box = at.Box("running");

        house.Do("cp", $"{box.Id}:/data", $"{at.Path}/down").FailedWith(1, "cannot overwrite non-directory");

        Assert.Equal("file\nsafe", at.Host($"ls {at.Path}/safe; cat {at.Path}/safe/file"));
    }

    [Fact]
    public void Nothing_in_the_container_is_executed_for_a_copy()
    {
        at.Sources();
        string id = house.Ask("create", "--network", "none", "hello");

        at.Copy("dir", $"{id}:/dir");
        at.Copy($"{id}:/dir/inner/deep", "back");

        Assert.Equal("deep", at.Host($"cat {at.Path}/back"));
    }
}
