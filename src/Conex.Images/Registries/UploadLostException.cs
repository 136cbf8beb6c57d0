namespace Conex.Images.Registries;

/// <summary>The registry does not know the upload any more, or the connection broke: it begins anew.</summary>
internal sealed class UploadLostException(string message) : Exception(message);
