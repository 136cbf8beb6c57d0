namespace Conex.DockerApi.Contracts;

/// <summary>A manifest or index of a registry.</summary>
/// <param name="Bytes">As the registry has it.</param>
/// <param name="Platform">What an image runs on, as <c>linux/arm64/v8</c>; null for an index.</param>
public sealed record RegistryManifest(byte[] Bytes, string MediaType, string Digest, string? Platform);
