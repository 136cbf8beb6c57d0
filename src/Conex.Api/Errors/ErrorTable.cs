using Conex.Engine.Errors;
using Conex.Images;
using Conex.Images.Archives;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Errors;

/// <summary>The one place where an exception becomes an HTTP status.</summary>
internal static class ErrorTable
{
    /// <summary>The status of an error by its meaning.</summary>
    internal static int StatusOf(Exception error) =>
        error switch
        {
            NotFoundException or ImageNotFoundException => StatusCodes.Status404NotFound,
            ConflictException or ImageConflictException => StatusCodes.Status409Conflict,
            InvalidRequestException or ImageArchiveException => StatusCodes.Status400BadRequest,
            StartFailedException { IsRequestFault: true } => StatusCodes.Status400BadRequest,
            AccessDeniedException => StatusCodes.Status401Unauthorized,
            NotAvailableException => StatusCodes.Status501NotImplemented,
            BadHttpRequestException bad => bad.StatusCode,
            _ => StatusCodes.Status500InternalServerError,
        };
}
