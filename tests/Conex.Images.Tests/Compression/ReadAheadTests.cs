using Conex.Images.Compression;
using Conex.Images.Tests.Fixtures;
using CsCheck;

namespace Conex.Images.Tests.Compression;

/// <summary>What is expanded on a thread of its own.</summary>
public sealed class ReadAheadTests
{
    [Fact]
    public void Members_that_follow_each_other_are_one_content_wherever_the_source_is_cut() =>
        Gen.Select(Gen.Byte[0, 3].Array[0, 3000].Array[1, 5], Gen.Int[0, 20].Select(bits => 1 << bits))
            .Sample(
                (members, piece) =>
                {
                    byte[] packed = [.. members.SelectMany(TestImage.Gzip)];
                    using Stream plain = Decompression.OpenAhead(new Source(packed, piece));
                    Assert.Equal(members.SelectMany(member => member), ReadAll(plain, 500));
                },
                iter: 300
            );

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256 << 10)]
    [InlineData(3_000_000)]
    public void Gzip_zstd_and_plain_bytes_come_whole(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        foreach (byte[] form in (byte[][])[TestImage.Gzip(bytes), TestImage.Zstd(bytes), bytes])
        {
            using Stream plain = Decompression.OpenAhead(new MemoryStream(form));
            Assert.Equal(bytes, ReadAll(plain, 100_000));
        }
    }

    [Fact]
    public void The_sources_failure_is_the_readers_after_what_came_before_it()
    {
        byte[] bytes = new byte[2 << 20];
        new Random(1).NextBytes(bytes);
        byte[] packed = TestImage.Gzip(bytes);
        var source = new Source(packed[..(packed.Length / 2)], 10_000) { Failure = new IOException("the cable") };
        using Stream plain = Decompression.OpenAhead(source);
        byte[] start = new byte[500_000];
        plain.ReadExactly(start);
        Assert.Equal(bytes[..500_000], start);
        Assert.Equal("the cable", Assert.Throws<IOException>(() => ReadAll(plain, 100_000)).Message);
    }

    [Fact]
    public void Damaged_data_is_said_to_be_damaged()
    {
        byte[] packed = TestImage.Gzip(new byte[100_000]);
        packed[20] ^= 0xff;
        packed[21] ^= 0xff;
        using Stream plain = Decompression.OpenAhead(new MemoryStream(packed));
        Assert.Contains("gzip data is damaged", Assert.Throws<CompressionException>(() => ReadAll(plain, 1000)).Message);
    }

    [Fact]
    public void Who_stops_in_the_middle_finds_the_source_let_go()
    {
        byte[] bytes = new byte[20 << 20];
        new Random(2).NextBytes(bytes);
        var source = new Source(TestImage.Gzip(bytes), 100_000);
        using (Stream plain = Decompression.OpenAhead(source))
        {
            plain.ReadExactly(new byte[1000]);
        }
        long position = source.Position;
        Assert.InRange(position, 1, 5 << 20);
        Thread.Sleep(50);
        Assert.Equal(position, source.Position);
    }

    private static byte[] ReadAll(Stream stream, int piece)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[piece];
        int n;
        while ((n = stream.Read(buffer)) > 0)
        {
            all.Write(buffer, 0, n);
        }
        return all.ToArray();
    }

    /// <summary>Gives its bytes in pieces, and at their end fails if it shall.</summary>
    private sealed class Source(byte[] bytes, int piece) : Stream
    {
        private int position;

        public Exception? Failure { get; init; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => Volatile.Read(ref position);
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int n = Math.Min(Math.Min(piece, count), bytes.Length - position);
            if (n == 0 && Failure is not null && count > 0)
            {
                throw Failure;
            }
            bytes.AsSpan(position, n).CopyTo(buffer.AsSpan(offset));
            Volatile.Write(ref position, position + n);
            return n;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
