using System.Buffers.Binary;
using System.Diagnostics;
using Conex.Images.Compression;
using Conex.Images.Layers;
using Conex.Images.Tests.Fixtures;
using CsCheck;

namespace Conex.Images.Tests.Compression;

/// <summary>What xz(1) and bzip2(1) write comes out again, and nothing else does.</summary>
public sealed class XzAndBzip2Tests : IDisposable
{
    // Of xz-file-format.txt: the header of a stream, then that of its first block.
    private const int StreamHeader = 12;
    private const int StreamFooter = 12;
    private static readonly byte[] Content = MakeContent();
    private readonly ScratchDirectory scratch = new();

    public XzAndBzip2Tests() => Tool.Need("xz", "bzip2");

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("xz")]
    [InlineData("xz", "-0")]
    [InlineData("xz", "-9")]
    [InlineData("xz", "--check=none")]
    [InlineData("xz", "--check=crc32")]
    [InlineData("xz", "--check=sha256")]
    [InlineData("xz", "--block-size=100000")]
    [InlineData("xz", "-T2", "--block-size=100000")]
    [InlineData("xz", "--lzma2=lc=0,lp=3,pb=1,dict=4KiB")]
    [InlineData("bzip2")]
    [InlineData("bzip2", "-1")]
    public void What_the_programs_write_comes_out_again(params string[] command)
    {
        byte[] packed = Pack(Content, command);
        Assert.Equal(command[0], Decompression.Sniff(packed).ToString().ToLowerInvariant());
        Assert.Equal(Content, Expand(packed));
        Assert.Equal(Content.Concat(Content), Expand([.. packed, .. packed]));
        using Stream ahead = Decompression.OpenAhead(new MemoryStream(packed));
        using var all = new MemoryStream();
        ahead.CopyTo(all);
        Assert.Equal(Content, all.ToArray());
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public void Nothing_and_a_byte_come_out_again(string program)
    {
        Assert.Empty(Expand(Pack([], program)));
        Assert.Equal([7], Expand([.. Pack([], program), .. Pack([7], program)]));
    }

    [Fact]
    public void Zeros_may_stand_between_xz_streams_by_fours()
    {
        byte[] packed = Pack(Content, "xz");
        Assert.Equal(Content.Concat(Content), Expand([.. packed, .. new byte[8], .. packed, .. new byte[4]]));
        IsDamaged("xz", [.. packed, .. new byte[3]]);
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public void What_is_cut_off_or_followed_by_garbage_is_damaged(string program)
    {
        byte[] packed = Pack(Content, program);
        foreach (int cut in (int[])[1, 2, 4, 5, 8, 12, 13, 20, 33, packed.Length / 2, packed.Length - 30, packed.Length - 11])
        {
            IsDamaged(program, packed[..^cut]);
        }
        IsDamaged(program, [.. packed, .. "garbage, and a lot of it"u8]);
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("xz", "--block-size=300", "--check=crc32")]
    [InlineData("xz", "--check=sha256", "-0")]
    [InlineData("bzip2")]
    public void No_changed_byte_brings_other_content(params string[] command)
    {
        byte[] content = [.. Content.AsSpan(0, 900), .. new byte[100]];
        byte[] packed = Pack(content, command);
        for (int at = 0; at < packed.Length; at++)
        {
            byte[] changed = [.. packed];
            changed[at] ^= 0x41;
            if (Decompression.Sniff(changed) == CompressionFormat.None)
            {
                continue;
            }
            try
            {
                Assert.Equal(content, Expand(changed));
            }
            catch (CompressionException e)
            {
                Assert.Contains(command[0], e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("--check=none")]
    [InlineData("--block-size=20000")]
    public void Every_byte_behind_the_blocks_is_checked(string option)
    {
        byte[] packed = Pack(Content, "xz", option);
        int index = packed.Length - StreamFooter - IndexSize(packed);
        for (int at = index; at < packed.Length; at++)
        {
            byte[] changed = [.. packed];
            changed[at] ^= 0x01;
            IsDamaged("xz", changed);
        }
        // An index that is whole by its own check, and tells another size of the content.
        byte[] lying = [.. packed];
        Span<byte> body = lying.AsSpan(index..^(StreamFooter + 4));
        body[body.LastIndexOfAnyExcept((byte)0)] ^= 0x01;
        BinaryPrimitives.WriteUInt32LittleEndian(lying.AsSpan(index + body.Length), (uint)ReflectedCrc.Ieee.Append(0, body));
        IsDamaged("xz", lying);
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("xz", "--block-size=2000", "--check=none")]
    [InlineData("bzip2")]
    public void Garbage_ends_in_one_kind_of_error(params string[] command)
    {
        byte[] packed = Pack(Content.AsSpan(0, 20_000).ToArray(), command);
        Gen.Select(Gen.Int[StreamHeader, packed.Length - 1], Gen.Byte)
            .Array[1, 20]
            .Sample(
                changes =>
                {
                    byte[] changed = [.. packed];
                    foreach ((int at, byte value) in changes)
                    {
                        changed[at] = value;
                    }
                    try
                    {
                        using Stream plain = Open(changed, new ExpansionLimit(500, 100 << 20));
                        plain.CopyTo(Stream.Null);
                    }
                    catch (CompressionException) { }
                },
                iter: 2000
            );
    }

    [Fact]
    public void A_dictionary_beyond_that_of_xz_9_is_refused_before_it_is_made()
    {
        byte[] packed = Pack(Content, "xz");
        Span<byte> header = packed.AsSpan(StreamHeader, 12);
        header[4] = 29; // 96 MiB
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)ReflectedCrc.Ieee.Append(0, header[..8]));
        string message = Assert.Throws<CompressionException>(() => Expand(packed)).Message;
        Assert.Contains("needs a dictionary of 96 MiB; up to 64 MiB are allowed", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_filter_is_refused_by_name()
    {
        string message = Assert.Throws<CompressionException>(() => Expand(Pack(Content, "xz", "--x86", "--lzma2"))).Message;
        Assert.Contains("another filter than LZMA2", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_without_content_do_not_take_memory_without_end()
    {
        byte[] packed = Pack([], "bzip2");
        IsDamaged("bzip2", [.. Enumerable.Repeat(packed, 2000).SelectMany(one => one)]);
        packed = Pack(new byte[300], "xz", "-9", "--block-size=1");
        IsDamaged("xz", packed);
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public void A_bomb_is_stopped(string program)
    {
        byte[] packed = Pack(new byte[20 << 20], program);
        using Stream plain = Open(packed, new ExpansionLimit(10, long.MaxValue) { Allowance = 1 << 20 });
        string message = Assert.Throws<CompressionException>(() => plain.CopyTo(Stream.Null)).Message;
        Assert.Contains($"the {program} data expands more than 10 times", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public void Archives_root_file_systems_and_layers_may_be_compressed_so(string program)
    {
        using var store = new TestStore(LayerStorage.Unpacked);
        byte[] layer = new TarBuilder().File("file", program).ToArray();
        byte[] archive = TestImage.DockerArchive((new TestImage(layer), ["whole:1"]));
        store.Load(Pack(archive, program));
        Assert.Equal(program, store.Read(store.Images.Resolve("whole:1"), "file"));
        store.Refuse(Pack(archive, program)[..^20]);
        StoredImage imported = store.Import(Pack(layer, program));
        Assert.Equal(TestImage.DigestOf(layer), imported.Layers[0].DiffId);
        store.Remove(imported.Id.ToString());
        store.Remove("whole:1");

        var image = new TestImage(layer);
        byte[] inner = new TarBuilder()
            .File("manifest.json", TestImage.Manifest((image, ["inner:1"])))
            .File($"{image.Id.Hex}.json", image.Config)
            .File($"{TestImage.DigestOf(layer).Hex}/layer.tar", Pack(layer, program))
            .ToArray();
        StoredImage loaded = store.Load(inner)[0].Image;
        Assert.Equal(program, store.Read(loaded, "file"));
        // No registry knows such a layer: what is pushed and saved is made of the tar.
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Data, "content/layers")));
    }

    [Fact]
    public void A_tar_whose_first_file_is_called_like_a_magic_number_is_a_tar()
    {
        using var store = new TestStore();
        StoredImage image = store.Import(new TarBuilder().File("BZh91", "content").ToArray());
        Assert.Equal("content", store.Read(image, "BZh91"));
    }

    /// <summary>As the footer says it.</summary>
    private static int IndexSize(byte[] packed) => (BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(^8)) + 1) * 4;

    private static byte[] MakeContent()
    {
        byte[] content = new byte[600_000];
        new Random(3).NextBytes(content.AsSpan(100_000, 150_000));
        for (int i = 250_000; i < content.Length; i++)
        {
            content[i] = (byte)"an image is a list of layers\n"[i * 7 / 5 % 29];
        }
        return content;
    }

    private static Stream Open(byte[] packed, ExpansionLimit? limit = null) => Decompression.Open(new MemoryStream(packed), limit);

    private static byte[] Expand(byte[] packed)
    {
        using Stream plain = Open(packed);
        using var all = new MemoryStream();
        plain.CopyTo(all);
        return all.ToArray();
    }

    private static void IsDamaged(string format, byte[] packed)
    {
        Assert.Equal($"the {format} data is damaged or cut off", Assert.Throws<CompressionException>(() => Expand(packed)).Message);
    }

    private byte[] Pack(byte[] content, params string[] command)
    {
        string file = scratch["content"];
        File.WriteAllBytes(file, content);
        var start = new ProcessStartInfo(command[0], [.. command[1..], "-c", file])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        using var packed = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(packed);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return packed.ToArray();
    }
}
