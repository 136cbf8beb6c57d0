using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Conex.Linux.Errors;
using Conex.Runtime.Errors;

namespace ConexRuntime;

/// <summary>What an error's line in a JSON log says beside its message, for programs that should not take sentences apart.</summary>
/// <param name="Call">What was tried: a system call, or the word for it.</param>
/// <param name="Object">On what, or for which step of the launch.</param>
/// <param name="Errno">The name of the kernel's answer.</param>
internal readonly record struct LogFields(string? Call, string? Object, Errno Errno)
{
    /// <summary>The members with a comma before each; empty where the error is none of the kernel's.</summary>
    internal string Json
    {
        get
        {
            var text = new StringBuilder();
            Add(text, "call", Call);
            Add(text, "object", Object);
            Add(text, "errno", Errno == Errno.None ? null : Errno.ToString());
            return text.ToString();
        }
    }

    internal static LogFields Of(Exception e) =>
        e switch
        {
            KernelException kernel => new LogFields(kernel.Action, kernel.Target, kernel.Error),
            LaunchException launch => new LogFields(launch.Call, launch.Step, launch.Error),
            _ => default,
        };

    internal static string Escape(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    private static void Add(StringBuilder text, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            text.Append(",\"").Append(name).Append("\":\"").Append(Escape(value)).Append('"');
        }
    }
}
