using Conex.Images.Archives;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Archives;

public sealed class ImportTests
{
    [Fact]
    public void A_root_filesystem_becomes_an_image_of_one_layer()
    {
        using var store = new TestStore();
        StoredImage image = store.Import(
            TestImage.Gzip(new TarBuilder().File("./bin/sh", "shell").ToArray()),
            new ImportOptions { Reference = ImageReference.Parse("debian:mine"), Message = "by hand" }
        );
        Assert.Equal("shell", store.Read(store.Images.Resolve("debian:mine"), "bin/sh"));
        Assert.Equal("by hand", Assert.Single(image.Config.History!).Comment);
        Assert.Equal(Platform.Current, image.Config.ToPlatform());
    }

    [Fact]
    public void Changes_are_a_Dockerfiles_instructions()
    {
        using var store = new TestStore();
        ImageExecution config = store
            .Import(
                new TarBuilder().File("x").ToArray(),
                new ImportOptions
                {
                    Changes =
                    [
                        "CMD [\"/bin/sh\", \"-c\", \"echo\"]",
                        "entrypoint exec top",
                        "ENV A=1 B=\"two words\" C=a\\ b",
                        "ENV A all the rest",
                        "EXPOSE 80 53/udp 90-91",
                        "USER 1000:1000",
                        "WORKDIR /srv",
                        "WORKDIR www",
                        "LABEL k='v w' x=y",
                        "VOLUME [\"/data\"]",
                        "VOLUME /logs /data",
                        "STOPSIGNAL SIGRTMIN+3",
                    ],
                }
            )
            .Config.Config!;
        Assert.Equal(["/bin/sh", "-c", "echo"], config.Cmd!);
        Assert.Equal(["/bin/sh", "-c", "exec top"], config.Entrypoint!);
        Assert.Equal(["A=all the rest", "B=two words", "C=a b"], config.Env!);
        Assert.Equal(["53/udp", "80/tcp", "90/tcp", "91/tcp"], config.ExposedPorts!.Order(StringComparer.Ordinal));
        Assert.Equal(("1000:1000", "/srv/www", "SIGRTMIN+3"), (config.User, config.WorkingDir, config.StopSignal));
        Assert.Equal(("v w", "y"), (config.Labels!["k"], config.Labels["x"]));
        Assert.Equal(["/data", "/logs"], config.Volumes!.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("RUN rm -rf /", "no instruction that can change an image")]
    [InlineData("CMD", "requires at least one argument")]
    [InlineData("", "empty")]
    [InlineData("ENV A", "has no value")]
    [InlineData("ENV A=1 B", "name=value")]
    [InlineData("LABEL a=\"b", "not closed")]
    [InlineData("EXPOSE 0", "invalid containerPort")]
    [InlineData("EXPOSE 80/icmp", "invalid containerPort")]
    [InlineData("STOPSIGNAL SIGNOT", "Invalid signal")]
    public void A_change_that_cannot_be_understood_is_an_error(string change, string reason)
    {
        using var store = new TestStore();
        string[] before = store.Snapshot();
        var error = Assert.Throws<ImageArchiveException>(() =>
            store.Import(new TarBuilder().ToArray(), new ImportOptions { Changes = [change] })
        );
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, store.Snapshot());
    }

    [Fact]
    public void A_root_filesystem_that_was_cut_off_leaves_nothing()
    {
        using var store = new TestStore();
        string[] before = store.Snapshot();
        byte[] tar = new TarBuilder().File("a", new byte[4000]).File("b").ToArray();
        foreach (int length in (int[])[0, 100, 512, 3000, tar.Length - 1024])
        {
            var error = Assert.Throws<ImageArchiveException>(() => store.Import(tar[..length]));
            Assert.Contains("ends early", error.Message, StringComparison.Ordinal);
        }
        Assert.Equal(before, store.Snapshot());
    }
}
