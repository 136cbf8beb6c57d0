namespace Conex.Runtime.Checkpoints;

/// <summary>A request to criu (criu_req of criu's rpc.proto), field by field.</summary>
public sealed class CriuRequest(CriuRequestType type)
{
    private const int TypeField = 1;
    private const int OptionsField = 2;
    private const int NotifySuccessField = 3;
    private const int FeaturesField = 5;

    private readonly ProtobufWriter options = new();

    public CriuRequestType Type { get; } = type;

    /// <summary>The answer to a notification: go on, or give up.</summary>
    public static byte[] NotificationAnswer(bool success)
    {
        var message = new ProtobufWriter();
        message.Add(TypeField, (int)CriuRequestType.Notify);
        message.Add(NotifySuccessField, success);
        return message.Written.ToArray();
    }

    /// <summary>The question whether the kernel and criu can track changes of memory, and load it lazily.</summary>
    public static byte[] FeatureQuestion()
    {
        var features = new ProtobufWriter();
        features.Add(CriuFeatures.MemoryTrackingField, true);
        features.Add(CriuFeatures.LazyPagesField, true);
        var message = new ProtobufWriter();
        message.Add(TypeField, (int)CriuRequestType.FeatureCheck);
        message.Add(FeaturesField, features);
        return message.Written.ToArray();
    }

    public void Set(CriuOption option, bool value) => options.Add((int)option, value);

    public void Set(CriuOption option, int value) => options.Add((int)option, value);

    public void Set(CriuOption option, string value) => options.Add((int)option, value);

    /// <summary>Names a mount that is not part of the image: at a dump <paramref name="key"/> is its mount point, at a restore
    /// <paramref name="value"/> is what to bind there.</summary>
    public void AddMount(string key, string value) => AddPair(CriuOption.ExternalMount, key, value);

    /// <summary>Gives a descriptor of criu's own in place of one that is not part of the image.</summary>
    public void AddDescriptor(string key, int descriptor)
    {
        var entry = new ProtobufWriter();
        entry.Add(1, key);
        entry.Add(2, descriptor);
        options.Add((int)CriuOption.InheritDescriptor, entry);
    }

    /// <summary>Says what takes the place of the image's topmost cgroup in a hierarchy.</summary>
    public void AddCgroupRoot(string controllers, string path) => AddPair(CriuOption.CgroupRoot, controllers, path);

    /// <summary>Restores into the namespace at a path.</summary>
    public void JoinNamespace(string type, string path) => AddPair(CriuOption.JoinNamespace, type, path);

    public void SetPageServer(string address, int port)
    {
        var server = new ProtobufWriter();
        server.Add(1, address);
        server.Add(2, port);
        options.Add((int)CriuOption.PageServer, server);
    }

    public byte[] ToArray()
    {
        var message = new ProtobufWriter();
        message.Add(TypeField, (int)Type);
        if (!options.Written.IsEmpty)
        {
            message.Add(OptionsField, options);
        }
        return message.Written.ToArray();
    }

    private void AddPair(CriuOption option, string first, string second)
    {
        var entry = new ProtobufWriter();
        entry.Add(1, first);
        entry.Add(2, second);
        options.Add((int)option, entry);
    }
}
