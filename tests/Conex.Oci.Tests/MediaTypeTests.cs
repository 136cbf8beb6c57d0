namespace Conex.Oci.Tests;

public sealed class MediaTypeTests
{
    [Theory]
    [InlineData("application/vnd.oci.image.manifest.v1+json", MediaKind.Manifest)]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json", MediaKind.Manifest)]
    [InlineData("application/vnd.oci.image.index.v1+json; charset=utf-8", MediaKind.Index)]
    [InlineData("application/vnd.docker.distribution.manifest.list.v2+json ;a=b", MediaKind.Index)]
    [InlineData("application/vnd.docker.container.image.v1+json", MediaKind.ImageConfig)]
    [InlineData("application/vnd.docker.distribution.manifest.v1+prettyjws", MediaKind.Schema1Manifest)]
    [InlineData("application/vnd.oci.image.layer.v1.tar+zstd", MediaKind.Layer)]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", MediaKind.ForeignLayer)]
    [InlineData("application/json", MediaKind.Other)]
    [InlineData("", MediaKind.Other)]
    [InlineData(null, MediaKind.Other)]
    public void A_type_says_what_its_content_is(string? mediaType, MediaKind kind) => Assert.Equal(kind, MediaType.KindOf(mediaType));

    [Theory]
    [InlineData("application/vnd.oci.image.layer.v1.tar", LayerCompression.None)]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip", LayerCompression.Gzip)]
    [InlineData("application/vnd.oci.image.layer.v1.tar+zstd", LayerCompression.Zstd)]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", LayerCompression.Gzip)]
    [InlineData("application/vnd.docker.image.rootfs.diff.tar.gzip", LayerCompression.Gzip)]
    [InlineData("application/vnd.docker.image.rootfs.diff.tar", LayerCompression.None)]
    [InlineData("application/vnd.docker.image.rootfs.diff.tar.zstd", LayerCompression.Zstd)]
    [InlineData("application/vnd.oci.image.manifest.v1+json", null)]
    [InlineData(null, null)]
    public void A_layers_type_says_how_it_is_compressed(string? mediaType, LayerCompression? compression) =>
        Assert.Equal(compression, MediaType.CompressionOf(mediaType));
}
