using System.Text;
using Conex.Oci.RuntimeSpec;
using CsCheck;
using Spec = Conex.Oci.RuntimeSpec.RuntimeSpec;

namespace Conex.Oci.Tests.RuntimeSpec;

public sealed class ConfigErrorTests
{
    [Theory]
    [InlineData("{}", "ociVersion is missing")]
    [InlineData("""{"ociVersion":null}""", "ociVersion is missing")]
    [InlineData("[]", "the document: expected an object, found a list")]
    [InlineData("null", "the document: expected an object, found null")]
    [InlineData("""{"ociVersion":1}""", "ociVersion: expected a string, found 1")]
    [InlineData("""{"process":[]}""", "process: expected an object, found a list")]
    [InlineData("""{"process":{"user":{}}}""", "process.cwd is missing")]
    [InlineData("""{"process":{"args":["sh",1]}}""", "process.args[1]: expected a string, found 1")]
    [InlineData("""{"process":{"args":["sh",null]}}""", "process.args[1]: expected a string, found null")]
    [InlineData("""{"process":{"args":"sh"}}""", "process.args: expected a list, found \"sh\"")]
    [InlineData("""{"process":{"terminal":"yes"}}""", "process.terminal: expected true or false, found \"yes\"")]
    [InlineData("""{"process":{"user":{"uid":-1}}}""", "process.user.uid: expected an integer from 0 to 4294967295, found -1")]
    [InlineData(
        """{"process":{"user":{"additionalGids":[1,true]}}}""",
        "process.user.additionalGids[1]: expected an integer from 0 to 4294967295, found true"
    )]
    [InlineData("""{"process":{"user":{"additionalGids":[null]}}}""", "process.user.additionalGids[0]: expected a number, found null")]
    [InlineData("""{"process":{"oomScoreAdj":1.5}}""", "process.oomScoreAdj: expected an integer of 32 bits, found 1.5")]
    [InlineData("""{"mounts":[{"destination":"/a"},{}]}""", "mounts[1].destination is missing")]
    [InlineData("""{"mounts":[null]}""", "mounts[0]: expected an object, found null")]
    [InlineData("""{"annotations":{"a.b":1}}""", "annotations[\"a.b\"]: expected a string, found 1")]
    [InlineData("""{"annotations":{"a":"\ud800"}}""", "annotations.a: expected text in UTF-8, found \"\\ud800\"")]
    [InlineData("""{"linux":{"uidMappings":[{"containerID":0,"size":1}]}}""", "linux.uidMappings[0].hostID is missing")]
    [InlineData("""{"linux":{"rdma":{}, "netDevices":{"eth0":null}}}""", "linux.netDevices.eth0: expected an object, found null")]
    [InlineData(
        """{"ociVersion":"1.0.0","linux":{"seccomp":{"syscalls":[{},{"names":["a"]}]}}}""",
        "linux.seccomp.syscalls[0].names is missing"
    )]
    [InlineData(
        """{"linux":{"resources":{"blockIO":{"weight":65536}}}}""",
        "linux.resources.blockIO.weight: expected an integer from 0 to 65535, found 65536"
    )]
    [InlineData(
        """{"linux":{"resources":{"hugepageLimits":[{"pageSize":"2MB","limit":18446744073709551616}]}}}""",
        "linux.resources.hugepageLimits[0].limit: expected an integer from 0 to 18446744073709551615, found 18446744073709551616"
    )]
    public void A_wrong_member_is_named_with_what_was_expected(string text, string message) =>
        // The filter is read when it is asked for.
        Assert.Equal(message, Assert.Throws<FormatException>(() => Spec.Parse(Encoding.UTF8.GetBytes(text)).Linux?.Seccomp).Message);

    [Theory]
    [InlineData("", "the document: not valid JSON (line 1, column 1)")]
    [InlineData("{\n \"process\": {\"args\": [\"a\", }", "process.args[0]: not valid JSON (line 2, column 28)")]
    [InlineData("""{"ociVersion":"1.0.0"} x""", "the document: not valid JSON (line 1, column 24)")]
    [InlineData("""{"ociVersion":"1.0.0"}{}""", "the document: not valid JSON (line 1, column 23)")]
    public void A_break_of_the_grammar_is_named_with_its_place(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Spec.Parse(Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        byte[] document = [.. "{\"ociVersion\":\""u8, 0xff, .. "\"}"u8];

        Assert.StartsWith(
            "ociVersion: expected text in UTF-8",
            Assert.Throws<FormatException>(() => Spec.Parse(document)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_deep_nest_is_refused_and_not_recursed_into()
    {
        byte[] document = Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 100_000));

        Assert.Throws<FormatException>(() => Spec.Parse(document));
    }

    [Fact]
    public void Parse_throws_nothing_but_FormatException_on_any_bytes() =>
        Gen.Byte.Array[0, 200].Sample(bytes => OnlyFormatException(bytes));

    [Fact]
    public void Parse_throws_nothing_but_FormatException_on_a_damaged_configuration() =>
        Gen.Select(Gen.Int[0, FullConfig.Utf8.Length - 1], Gen.Int[0, 40], Gen.Byte.Array[0, 12])
            .Sample(
                (at, length, inserted) =>
                {
                    byte[] whole = FullConfig.Utf8;
                    int end = Math.Min(at + length, whole.Length);
                    OnlyFormatException([.. whole.AsSpan(0, at), .. inserted, .. whole.AsSpan(end)]);
                }
            );

    [Fact]
    public void Parse_throws_nothing_but_FormatException_on_any_value_in_any_place() =>
        Gen.Select(
                Gen.Int[0, 400],
                Gen.OneOf("null", "[]", "{}", "-1", "1e400", "\"\"", "[null]", "{\"a\":null}", "\"\\udfff\"", "99999999999999999999")
            )
            .Sample((nth, value) => OnlyFormatException(Encoding.UTF8.GetBytes(WithNthValue(FullConfig.Text, nth, value))));

    [Fact]
    public void Any_text_survives_a_round_trip() =>
        Gen
            .String.Where(IsWellFormed)
            .Array[0, 5]
            .Sample(args =>
            {
                Process process = new() { Cwd = "/", Args = args };
                Assert.Equal(args, Process.Parse(process.ToUtf8Json()).Args!);
            });

    [Fact]
    public void A_member_whose_name_is_half_a_surrogate_pair_is_an_unknown_one() =>
        Assert.Equal("/", Process.Parse("""{"\ud800": 1, "cwd": "/", "user": {"\udc00x": {}}}"""u8).Cwd);

    private static bool IsWellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private static string WithNthValue(string text, int nth, string value)
    {
        string[] parts = text.Split(": ");
        int index = nth % (parts.Length - 1) + 1;
        int end = parts[index].AsSpan().IndexOfAny(",}\n");
        parts[index] = value + parts[index][Math.Max(end, 0)..];
        return string.Join(": ", parts);
    }

    private static void OnlyFormatException(byte[] document)
    {
        try
        {
            Spec.Parse(document).ToUtf8Json();
        }
        catch (FormatException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}
