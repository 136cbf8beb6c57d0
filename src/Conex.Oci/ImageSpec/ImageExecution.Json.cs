using Conex.Oci.Json;

namespace Conex.Oci.ImageSpec;

public sealed partial record ImageExecution : IJsonRecord<ImageExecution>
{
    public ImageExecution() { }

    private ImageExecution(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("User"u8))
                User = json.String();
            else if (json.Is("ExposedPorts"u8))
                ExposedPorts = json.Keys();
            else if (json.Is("Env"u8))
                Env = json.Strings();
            else if (json.Is("Entrypoint"u8))
                Entrypoint = json.Strings();
            else if (json.Is("Cmd"u8))
                Cmd = json.Strings();
            else if (json.Is("Volumes"u8))
                Volumes = json.Keys();
            else if (json.Is("WorkingDir"u8))
                WorkingDir = json.String();
            else if (json.Is("Labels"u8))
                Labels = json.StringMap();
            else if (json.Is("StopSignal"u8))
                StopSignal = json.String();
            else if (json.Is("ArgsEscaped"u8))
                ArgsEscaped = json.Boolean() ?? false;
            else if (json.Is("Healthcheck"u8))
                Healthcheck = json.Object<ImageHealthcheck>();
            else if (json.Is("Shell"u8))
                Shell = json.Strings();
            else if (json.Is("OnBuild"u8))
                OnBuild = json.Strings();
            else
                json.Skip();
        }
    }

    static ImageExecution IJsonRecord<ImageExecution>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("User"u8, User);
        json.Keys("ExposedPorts"u8, ExposedPorts);
        json.Member("Env"u8, Env);
        json.Member("Entrypoint"u8, Entrypoint);
        json.Member("Cmd"u8, Cmd);
        json.Keys("Volumes"u8, Volumes);
        json.Member("WorkingDir"u8, WorkingDir);
        json.Member("Labels"u8, Labels);
        json.Member("StopSignal"u8, StopSignal);
        json.Flag("ArgsEscaped"u8, ArgsEscaped);
        json.Member("Healthcheck"u8, Healthcheck);
        json.Member("Shell"u8, Shell);
        json.Member("OnBuild"u8, OnBuild);
    }
}

public sealed partial record ImageHealthcheck : IJsonRecord<ImageHealthcheck>
{
    public ImageHealthcheck() { }

    private ImageHealthcheck(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("Test"u8))
                Test = json.Strings();
            else if (json.Is("Interval"u8))
                Interval = json.Int64() ?? 0;
            else if (json.Is("Timeout"u8))
                Timeout = json.Int64() ?? 0;
            else if (json.Is("StartPeriod"u8))
                StartPeriod = json.Int64() ?? 0;
            else if (json.Is("StartInterval"u8))
                StartInterval = json.Int64() ?? 0;
            else if (json.Is("Retries"u8))
                Retries = json.Int32() ?? 0;
            else
                json.Skip();
        }
    }

    static ImageHealthcheck IJsonRecord<ImageHealthcheck>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("Test"u8, Test);
        json.Member("Interval"u8, Interval);
        json.Member("Timeout"u8, Timeout);
        json.Member("StartPeriod"u8, StartPeriod);
        json.Member("StartInterval"u8, StartInterval);
        json.Member("Retries"u8, Retries);
    }
}
