using Conex.DockerApi.Streams;
using CsCheck;

namespace Conex.DockerApi.Tests.Streams;

public sealed class StdCopyTests
{
    [Fact]
    public void A_header_is_what_docker_writes()
    {
        byte[] header = new byte[StdCopyFrame.HeaderSize];

        new StdCopyFrame(StdCopyStream.Stderr, 0x01020304).Write(header);

        Assert.Equal([2, 0, 0, 0, 1, 2, 3, 4], header);
        Assert.True(StdCopyFrame.TryRead(header, out StdCopyFrame frame));
        Assert.Equal(new StdCopyFrame(StdCopyStream.Stderr, 0x01020304), frame);
    }

    [Theory]
    [InlineData(new byte[] { 4, 0, 0, 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 1, 0, 9, 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 1, 0, 0 })]
    public void Other_bytes_are_no_header(byte[] bytes) => Assert.False(StdCopyFrame.TryRead(bytes, out _));

    [Fact]
    public void Text_in_place_of_frames_is_refused() =>
        Assert.Throws<InvalidDataException>(() =>
        {
            ReadOnlySpan<byte> input = "hello world"u8;
            new StdCopyDemultiplexer().TryTake(ref input, out _, out _);
        });

    [Fact]
    public void However_the_stream_is_cut_every_byte_comes_to_its_own_stream() =>
        Gen.Select(Gen.Select(Gen.Bool, Gen.Byte.Array[0, 40]).Array[0, 20], Gen.Int[1, 30])
            .Sample(
                (frames, cut) =>
                {
                    var wire = new List<byte>();
                    var expected = new List<byte>[] { [], [], [] };
                    foreach ((bool isError, byte[] payload) in frames)
                    {
                        StdCopyStream stream = isError ? StdCopyStream.Stderr : StdCopyStream.Stdout;
                        byte[] header = new byte[StdCopyFrame.HeaderSize];
                        new StdCopyFrame(stream, (uint)payload.Length).Write(header);
                        wire.AddRange(header);
                        wire.AddRange(payload);
                        expected[(int)stream].AddRange(payload);
                    }

                    var actual = new List<byte>[] { [], [], [] };
                    var demultiplexer = new StdCopyDemultiplexer();
                    foreach (byte[] part in wire.Chunk(cut))
                    {
                        ReadOnlySpan<byte> input = part;
                        while (demultiplexer.TryTake(ref input, out StdCopyStream stream, out ReadOnlySpan<byte> payload))
                        {
                            actual[(int)stream].AddRange(payload);
                        }
                    }

                    return demultiplexer.AtFrameBoundary && expected.Zip(actual).All(pair => pair.First.SequenceEqual(pair.Second));
                }
            );
}
