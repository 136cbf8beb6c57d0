using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record LinuxMemory : IJsonRecord<LinuxMemory>
{
    public LinuxMemory() { }

    private LinuxMemory(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("limit"u8))
                Limit = json.Int64();
            else if (json.Is("reservation"u8))
                Reservation = json.Int64();
            else if (json.Is("swap"u8))
                Swap = json.Int64();
            else if (json.Is("kernel"u8))
                Kernel = json.Int64();
            else if (json.Is("kernelTCP"u8))
                KernelTcp = json.Int64();
            else if (json.Is("swappiness"u8))
                Swappiness = json.UInt64();
            else if (json.Is("disableOOMKiller"u8))
                DisableOomKiller = json.Boolean();
            else if (json.Is("useHierarchy"u8))
                UseHierarchy = json.Boolean();
            else if (json.Is("checkBeforeUpdate"u8))
                CheckBeforeUpdate = json.Boolean();
            else
                json.Skip();
        }
    }

    static LinuxMemory IJsonRecord<LinuxMemory>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("limit"u8, Limit);
        json.Member("reservation"u8, Reservation);
        json.Member("swap"u8, Swap);
        json.Member("kernel"u8, Kernel);
        json.Member("kernelTCP"u8, KernelTcp);
        json.Member("swappiness"u8, Swappiness);
        json.Member("disableOOMKiller"u8, DisableOomKiller);
        json.Member("useHierarchy"u8, UseHierarchy);
        json.Member("checkBeforeUpdate"u8, CheckBeforeUpdate);
    }
}

public sealed partial record LinuxCpu : IJsonRecord<LinuxCpu>
{
    public LinuxCpu() { }

    private LinuxCpu(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("shares"u8))
                Shares = json.UInt64();
            else if (json.Is("quota"u8))
                Quota = json.Int64();
            else if (json.Is("burst"u8))
                Burst = json.UInt64();
            else if (json.Is("period"u8))
                Period = json.UInt64();
            else if (json.Is("realtimeRuntime"u8))
                RealtimeRuntime = json.Int64();
            else if (json.Is("realtimePeriod"u8))
                RealtimePeriod = json.UInt64();
            else if (json.Is("cpus"u8))
                Cpus = json.String();
            else if (json.Is("mems"u8))
                Mems = json.String();
            else if (json.Is("idle"u8))
                Idle = json.Int64();
            else
                json.Skip();
        }
    }

    static LinuxCpu IJsonRecord<LinuxCpu>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("shares"u8, Shares);
        json.Member("quota"u8, Quota);
        json.Member("burst"u8, Burst);
        json.Member("period"u8, Period);
        json.Member("realtimeRuntime"u8, RealtimeRuntime);
        json.Member("realtimePeriod"u8, RealtimePeriod);
        json.Member("cpus"u8, Cpus);
        json.Member("mems"u8, Mems);
        json.Member("idle"u8, Idle);
    }
}
