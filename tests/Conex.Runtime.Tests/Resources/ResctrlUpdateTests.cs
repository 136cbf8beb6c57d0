using System.Text;
using System.Text.Json;
using Conex.Runtime.Errors;
using Conex.Runtime.Events;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Tests.Resources;

/// <summary>Changes and statistics of resctrl groups against a directory that stands for resctrl: no test machine has such a processor.</summary>
public sealed class ResctrlUpdateTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("conex-test-resctrl-").FullName;

    public ResctrlUpdateTests()
    {
        WriteFile("info/L3/cbm_mask", "fffff\n");
        WriteFile("info/L3/min_cbm_bits", "1\n");
        WriteFile("info/L3/num_closids", "16\n");
        WriteFile("info/MB/bandwidth_gran", "10\n");
        WriteFile("info/MB/delay_linear", "1\n");
        WriteFile("info/MB/min_bandwidth", "10\n");
        WriteFile("info/MB/num_closids", "8\n");
        WriteFile("info/L3_MON/mon_features", "llc_occupancy\nmbm_total_bytes\nmbm_local_bytes\n");
        WriteFile("schemata", "    L3:0=fffff;1=fffff\n    MB:0= 100;1= 100\n");
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void The_schemata_of_the_containers_group_are_changed()
    {
        WriteFile("gold/schemata", "L3:0=ff;1=ff\nMB:0= 50;1= 50\n");
        var groups = new ResctrlGroups([$"{root}/gold"], []);
        var update = new ResctrlUpdate("L3:0=f;1=f0", "MB:0=20;1=70");
        update.Check(root);

        string? before = update.Apply(
            ResctrlUpdate.GroupsOf(groups, "box", root),
            root,
            isNew: false,
            () => throw new InvalidOperationException()
        );

        Assert.Equal("L3:0=f;1=f0\nMB:0=20;1=70\n", File.ReadAllText($"{root}/gold/schemata")[.."L3:0=f;1=f0\nMB:0=20;1=70\n".Length]);
        Assert.Equal("L3:0=ff;1=ff\nMB:0= 50;1= 50\n", before);
        ResctrlUpdate.Restore(groups, root, before);
        Assert.Equal(before, File.ReadAllText($"{root}/gold/schemata"));
    }

    [Fact]
    public void One_schema_alone_is_one_line()
    {
        Directory.CreateDirectory($"{root}/box");
        WriteFile("box/schemata", "");
        var update = new ResctrlUpdate(null, "MB:0=20");

        update.Apply(new ResctrlGroups([$"{root}/box"], []), root, isNew: false, () => []);

        Assert.Equal("MB:0=20\n", File.ReadAllText($"{root}/box/schemata"));
    }

    [Fact]
    public void A_container_without_a_group_gets_one_with_every_thread_of_its_processes()
    {
        var update = new ResctrlUpdate("L3:0=f", null);
        ResctrlGroups groups = ResctrlUpdate.GroupsOf(null, "box", root);
        int asked = 0;

        string? before = update.Apply(
            groups,
            root,
            isNew: true,
            () =>
            {
                asked++;
                return [Environment.ProcessId];
            }
        );

        Assert.Null(before);
        Assert.Equal([$"{root}/box"], groups.Owned);
        Assert.Equal("L3:0=f\n", File.ReadAllText($"{root}/box/schemata"));
        // A directory's file keeps the last write at its start; the kernel's takes each.
        Assert.NotEmpty(File.ReadAllText($"{root}/box/tasks"));
        Assert.True(asked >= 2, "nobody looked whether processes had come meanwhile");
    }

    [Fact]
    public void A_host_without_it_is_refused_in_runcs_words()
    {
        Refused(new ResctrlUpdate("L3:0=f", null), null, "Intel RDT/CAT: l3 cache schema is not enabled");
        Refused(new ResctrlUpdate(null, "MB:0=20"), null, "Intel RDT/MBA: memory bandwidth schema is not enabled");
        Directory.Delete($"{root}/info/MB", recursive: true);
        new ResctrlUpdate("L3:0=f", null).Check(root);
        Refused(new ResctrlUpdate("L3:0=f", "MB:0=20"), root, "Intel RDT/MBA: memory bandwidth schema is not enabled");
    }

    [Fact]
    public void Statistics_have_runcs_members()
    {
        WriteFile("box/schemata", "    L3:0=f;1=f\n    MB:0=  20;1=  70\n");
        for (int cache = 0; cache < 2; cache++)
        {
            WriteFile($"box/mon_groups/box/mon_data/mon_L3_0{cache}/llc_occupancy", $"{cache + 1}000\n");
            WriteFile($"box/mon_groups/box/mon_data/mon_L3_0{cache}/mbm_total_bytes", $"{cache + 1}20\n");
            WriteFile($"box/mon_groups/box/mon_data/mon_L3_0{cache}/mbm_local_bytes", "Unavailable\n");
        }
        var groups = new ResctrlGroups([$"{root}/box", $"{root}/box/mon_groups/box"], []);

        Assert.Equal(
            """{"l3_cache_info":{"cbm_mask":"fffff","min_cbm_bits":1,"num_closids":16},"l3_cache_schema_root":"L3:0=fffff;1=fffff","l3_cache_schema":"L3:0=f;1=f","mem_bw_info":{"bandwidth_gran":10,"delay_linear":1,"min_bandwidth":10,"num_closids":8},"mem_bw_schema_root":"MB:0= 100;1= 100","mem_bw_schema":"MB:0=  20;1=  70","mbm_stats":[{"mbm_total_bytes":120,"mbm_local_bytes":0},{"mbm_total_bytes":220,"mbm_local_bytes":0}],"cmt_stats":[{"llc_occupancy":1000},{"llc_occupancy":2000}]}""",
            Written(groups)
        );
    }

    [Fact]
    public void A_group_that_is_gone_leaves_what_the_processor_has()
    {
        Directory.Delete($"{root}/info/MB", recursive: true);

        Assert.Equal(
            """{"l3_cache_info":{"cbm_mask":"fffff","min_cbm_bits":1,"num_closids":16},"l3_cache_schema_root":"L3:0=fffff;1=fffff"}""",
            Written(new ResctrlGroups([$"{root}/gone"], []))
        );
    }

    private string Written(ResctrlGroups groups)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            new ResctrlStatistics(root, groups).Write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private void WriteFile(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName($"{root}/{path}")!);
        File.WriteAllText($"{root}/{path}", text);
    }

    private static void Refused(ResctrlUpdate update, string? root, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InvalidSpecException>(() => update.Check(root)).Message);
}
