using Npgsql;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>
/// Gives every failed request the one shape of <see cref="Problem"/>: exceptions, and the bare statuses of the framework
/// (no such route, wrong method). A client never learns more of an exception than its code and the trace ID.
/// </summary>
public sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    /// <summary>nginx's word for "the client left": nobody reads it but the log.</summary>
    public const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (OfBareStatus(context.Response) is { } bare) await bare.ExecuteAsync(context);
        }
        catch (Exception gone) when (context.RequestAborted.IsCancellationRequested && gone is OperationCanceledException or IOException)
        {
            if (!context.Response.HasStarted) context.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception fault)
        {
            var problem = OfException(fault);
            if (problem.Code == ErrorCode.Internal) HttpLog.RequestFailed(logger, context.TraceIdentifier, fault);
            else if (problem.Code == ErrorCode.Unavailable) HttpLog.DatabaseUnavailable(logger, context.TraceIdentifier, fault.Message);
            if (context.Response.HasStarted)
            {
                // Half an answer must not look like a whole one.
                context.Abort();
                return;
            }
            ClearContentHeaders(context.Response);
            await problem.ExecuteAsync(context);
        }
    }

    internal static Problem OfException(Exception fault) => fault switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ErrorCode.PayloadTooLarge,
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => ErrorCode.UnsupportedMediaType,
        BadHttpRequestException bad => new Problem(ErrorCode.InvalidBody, OtherStatus: bad.StatusCode),
        PostgresException postgres => IsUnavailable(postgres.SqlState) ? ErrorCode.Unavailable : ErrorCode.Internal,
        NpgsqlException => ErrorCode.Unavailable,
        // ENOSPC and EDQUOT of errno(3).
        IOException { HResult: 28 or 122 } => new Problem(ErrorCode.Unavailable, "The host's disk is full."),
        _ => ErrorCode.Internal,
    };

    /// <summary>
    /// PostgreSQL appendix A: what a later attempt may not meet. Classes 08 connection, 53 resources (disk full, too many
    /// connections), 57 intervention (shutdown, cancelled by a time limit), 58 system (I/O); 40001 and 40P01 conflicts of
    /// transactions, 25006 a standby, 55P03 a lock not got in time,
    /// 55000 a database that is closed to connections.
    /// </summary>
    private static bool IsUnavailable(string sqlState) =>
        sqlState is "40001" or "40P01" or "25006" or "55P03" or "55000" || (sqlState.Length == 5 && sqlState[..2] is "08" or "53" or "57" or "58");

    private static Problem? OfBareStatus(HttpResponse response)
    {
        if (response.HasStarted || response.StatusCode < 400 || response.ContentType is not null || response.ContentLength > 0) return null;
        return response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => ErrorCode.InvalidBody,
            StatusCodes.Status401Unauthorized => ErrorCode.Unauthorized,
            StatusCodes.Status403Forbidden => ErrorCode.MissingPermissions,
            StatusCodes.Status404NotFound => ErrorCode.NotFound,
            StatusCodes.Status405MethodNotAllowed => ErrorCode.MethodNotAllowed,
            StatusCodes.Status413PayloadTooLarge => ErrorCode.PayloadTooLarge,
            StatusCodes.Status415UnsupportedMediaType => ErrorCode.UnsupportedMediaType,
            _ => null,
        };
    }

    private static void ClearContentHeaders(HttpResponse response)
    {
        foreach (var name in response.Headers.Keys.Where(name => name is "Content-Type" or "Content-Length" or "Content-Encoding"
            or "Content-Disposition" or "Content-Range" or "Cache-Control" or "ETag" or "Last-Modified" or "Set-Cookie").ToArray())
        {
            response.Headers.Remove(name);
        }
    }
}
