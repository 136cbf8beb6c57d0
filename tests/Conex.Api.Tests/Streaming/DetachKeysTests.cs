using System.Buffers;
using Conex.Api.Streaming;
using Conex.Engine.Errors;
using CsCheck;

namespace Conex.Api.Tests.Streaming;

public sealed class DetachKeysTests
{
    [Theory]
    [InlineData(null, new byte[] { 16, 17 })]
    [InlineData("", new byte[] { 16, 17 })]
    [InlineData("ctrl-a", new byte[] { 1 })]
    [InlineData("a,b", new byte[] { (byte)'a', (byte)'b' })]
    [InlineData("ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_", new byte[] { 0, 27, 28, 29, 30, 31 })]
    [InlineData("ctrl-z,x", new byte[] { 26, (byte)'x' })]
    public void Keys_are_named_as_docker_names_them(string? text, byte[] bytes)
    {
        var output = new ArrayBufferWriter<byte>();

        Assert.True(DetachKeys.Parse(text).Filter(bytes, output));
        Assert.Equal(0, output.WrittenCount);
    }

    [Theory]
    [InlineData("ctrl-")]
    [InlineData("ctrl-1")]
    [InlineData("ctrl-pp")]
    [InlineData("ab")]
    [InlineData("a,,b")]
    [InlineData("ä")]
    public void Other_names_are_refused(string text) =>
        Assert.StartsWith(
            $"Invalid detach keys ({text}) provided",
            Assert.Throws<InvalidRequestException>(() => DetachKeys.Parse(text)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void What_only_began_like_the_keys_is_passed_on()
    {
        var output = new ArrayBufferWriter<byte>();
        DetachKeys keys = DetachKeys.Parse("ctrl-p,ctrl-q");

        Assert.False(keys.Filter([(byte)'a', 16], output));
        Assert.Equal([(byte)'a'], output.WrittenSpan.ToArray());
        Assert.False(keys.Filter([16], output));
        Assert.Equal([(byte)'a', 16], output.WrittenSpan.ToArray());
        Assert.True(keys.Filter([17, (byte)'z'], output));
        Assert.Equal([(byte)'a', 16], output.WrittenSpan.ToArray());
    }

    [Fact]
    public void However_the_input_is_cut_the_first_occurrence_ends_it_and_nothing_before_it_is_lost() =>
        Gen.Select(Gen.Char["ab"].Array[1, 4], Gen.Char["abc"].Array[0, 40], Gen.Int[1, 5])
            .Sample(
                (sequence, typed, cut) =>
                {
                    string text = new(typed);
                    int found = text.IndexOf(new string(sequence), StringComparison.Ordinal);
                    DetachKeys keys = DetachKeys.Parse(string.Join(',', sequence));
                    var output = new ArrayBufferWriter<byte>();
                    bool detached = text.Chunk(cut).Any(part => keys.Filter([.. part.Select(c => (byte)c)], output));
                    string passed = new([.. output.WrittenSpan.ToArray().Select(b => (char)b)]);
                    // At the end of the input the beginning of a sequence may still be held back.
                    return detached == (found >= 0)
                        && (
                            detached
                                ? passed == text[..found]
                                : text.StartsWith(passed, StringComparison.Ordinal) && text.Length - passed.Length < sequence.Length
                        );
                }
            );
}
