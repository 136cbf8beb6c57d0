using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record LinuxBlockIo : IJsonRecord<LinuxBlockIo>
{
    public LinuxBlockIo() { }

    private LinuxBlockIo(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("weight"u8))
                Weight = json.UInt16();
            else if (json.Is("leafWeight"u8))
                LeafWeight = json.UInt16();
            else if (json.Is("weightDevice"u8))
                WeightDevice = json.List<LinuxWeightDevice>();
            else if (json.Is("throttleReadBpsDevice"u8))
                ThrottleReadBpsDevice = json.List<LinuxThrottleDevice>();
            else if (json.Is("throttleWriteBpsDevice"u8))
                ThrottleWriteBpsDevice = json.List<LinuxThrottleDevice>();
            else if (json.Is("throttleReadIOPSDevice"u8))
                ThrottleReadIopsDevice = json.List<LinuxThrottleDevice>();
            else if (json.Is("throttleWriteIOPSDevice"u8))
                ThrottleWriteIopsDevice = json.List<LinuxThrottleDevice>();
            else
                json.Skip();
        }
    }

    static LinuxBlockIo IJsonRecord<LinuxBlockIo>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("weight"u8, Weight);
        json.Member("leafWeight"u8, LeafWeight);
        json.Member("weightDevice"u8, WeightDevice);
        json.Member("throttleReadBpsDevice"u8, ThrottleReadBpsDevice);
        json.Member("throttleWriteBpsDevice"u8, ThrottleWriteBpsDevice);
        json.Member("throttleReadIOPSDevice"u8, ThrottleReadIopsDevice);
        json.Member("throttleWriteIOPSDevice"u8, ThrottleWriteIopsDevice);
    }
}

public sealed partial record LinuxWeightDevice : IJsonRecord<LinuxWeightDevice>
{
    public LinuxWeightDevice() { }

    [SetsRequiredMembers]
    private LinuxWeightDevice(ref JsonReader json)
    {
        long? major = null;
        long? minor = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("major"u8))
                major = json.Int64();
            else if (json.Is("minor"u8))
                minor = json.Int64();
            else if (json.Is("weight"u8))
                Weight = json.UInt16();
            else if (json.Is("leafWeight"u8))
                LeafWeight = json.UInt16();
            else
                json.Skip();
        }
        Major = json.Required(major, "major");
        Minor = json.Required(minor, "minor");
    }

    static LinuxWeightDevice IJsonRecord<LinuxWeightDevice>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("major"u8, Major);
        json.Member("minor"u8, Minor);
        json.Member("weight"u8, Weight);
        json.Member("leafWeight"u8, LeafWeight);
    }
}

public sealed partial record LinuxThrottleDevice : IJsonRecord<LinuxThrottleDevice>
{
    public LinuxThrottleDevice() { }

    [SetsRequiredMembers]
    private LinuxThrottleDevice(ref JsonReader json)
    {
        long? major = null;
        long? minor = null;
        ulong? rate = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("major"u8))
                major = json.Int64();
            else if (json.Is("minor"u8))
                minor = json.Int64();
            else if (json.Is("rate"u8))
                rate = json.UInt64();
            else
                json.Skip();
        }
        Major = json.Required(major, "major");
        Minor = json.Required(minor, "minor");
        Rate = json.Required(rate, "rate");
    }

    static LinuxThrottleDevice IJsonRecord<LinuxThrottleDevice>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("major"u8, Major);
        json.Member("minor"u8, Minor);
        json.Member("rate"u8, Rate);
    }
}
