using System.Net;

namespace Together.Host.Http;

internal static partial class HttpLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed")]
    public static partial void RequestFailed(ILogger logger, string requestId, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId} was refused: the database is not available ({Reason})")]
    public static partial void DatabaseUnavailable(ILogger logger, string requestId, string reason);

    [LoggerMessage(Message = "{Method} {Route} answered {Status} in {Milliseconds} ms (request {RequestId}, user {UserId}, from {Address})")]
    public static partial void Answered(ILogger logger, LogLevel level, string method, string route, int status, long milliseconds, string requestId, Guid? userId, IPAddress? address);
}
