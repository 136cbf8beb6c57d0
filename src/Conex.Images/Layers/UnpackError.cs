using Conex.Linux.Errors;

namespace Conex.Images.Layers;

/// <summary>Decides whose fault a refused call is: the layer's, or the machine's.</summary>
internal static class UnpackError
{
    /// <summary>Throws unless <paramref name="error"/> is none.</summary>
    internal static void Check(Errno error, string action, LayerPath path)
    {
        if (error != Errno.None)
        {
            throw Create(error, action, path);
        }
    }

    internal static Exception Create(Errno error, string action, LayerPath path) =>
        error switch
        {
            Errno.ENOSPC
            or Errno.EDQUOT
            or Errno.EIO
            or Errno.EROFS
            or Errno.ENOMEM
            or Errno.EMFILE
            or Errno.ENFILE
            or Errno.EACCES
            or Errno.EPERM => new KernelException(action, path.ToString(), error),
            _ => new LayerException($"the layer has an impossible entry: {action} {path}: {KernelException.Explain(error)}"),
        };
}
