namespace Together.Protocol;

/// <summary>
/// Every refusal a client can meet. A client sees the snake_case word (<see cref="ErrorCodes.Word"/>), never a number.
/// </summary>
public enum ErrorCode
{
    /// <summary>A body that is not JSON, or whose fields are missing, of the wrong type or out of range; <c>errors</c> names them.</summary>
    InvalidBody,
    InvalidQuery,
    Unauthorized,
    InvalidCredentials,
    MissingPermissions,
    Banned,
    RegistrationClosed,
    InviteRequired,
    InvalidSetupCode,
    OriginNotAllowed,
    /// <summary>It does not exist, or the caller may not see it: the two are not told apart.</summary>
    NotFound,
    MethodNotAllowed,
    UsernameTaken,
    /// <summary>The thing is in a state that does not allow this; <c>detail</c> says which.</summary>
    Conflict,
    PayloadTooLarge,
    UnsupportedMediaType,
    RateLimited,
    /// <summary>A number of things (servers, channels, members …) is at its limit.</summary>
    LimitReached,
    /// <summary>The files of a user, or of all together, fill the space that they may; <c>detail</c> says which.</summary>
    QuotaExceeded,
    /// <summary>A queue is full. Retry later.</summary>
    Overloaded,
    /// <summary>The database cannot be reached or cannot store. Retry later; with the same nonce nothing is doubled.</summary>
    Unavailable,
    Internal,
}

public static class ErrorCodes
{
    /// <summary>The one table of codes: stable word, HTTP status (RFC 9110), and a title for people.</summary>
    private static (string Word, int Status, string Title) Row(ErrorCode code) => code switch
    {
        ErrorCode.InvalidBody => ("invalid_body", 400, "The request body is not valid"),
        ErrorCode.InvalidQuery => ("invalid_query", 400, "The query is not valid"),
        ErrorCode.Unauthorized => ("unauthorized", 401, "Log in first"),
        ErrorCode.InvalidCredentials => ("invalid_credentials", 401, "Wrong username or password"),
        ErrorCode.MissingPermissions => ("missing_permissions", 403, "You do not have the permission for this"),
        ErrorCode.Banned => ("banned", 403, "You are banned from this server"),
        ErrorCode.RegistrationClosed => ("registration_closed", 403, "Registration is closed on this instance"),
        ErrorCode.InviteRequired => ("invite_required", 403, "Registration needs a valid invite"),
        ErrorCode.InvalidSetupCode => ("invalid_setup_code", 403, "The first account needs the setup code printed at start"),
        ErrorCode.OriginNotAllowed => ("origin_not_allowed", 403, "This origin is not allowed"),
        ErrorCode.NotFound => ("not_found", 404, "Not found"),
        ErrorCode.MethodNotAllowed => ("method_not_allowed", 405, "This method is not allowed here"),
        ErrorCode.UsernameTaken => ("username_taken", 409, "This username is taken"),
        ErrorCode.Conflict => ("conflict", 409, "This conflicts with the current state"),
        ErrorCode.PayloadTooLarge => ("payload_too_large", 413, "The request is too large"),
        ErrorCode.UnsupportedMediaType => ("unsupported_media_type", 415, "Send application/json"),
        ErrorCode.RateLimited => ("rate_limited", 429, "Too many requests"),
        ErrorCode.LimitReached => ("limit_reached", 409, "A limit is reached"),
        ErrorCode.QuotaExceeded => ("quota_exceeded", 413, "There is no space left for this file"),
        ErrorCode.Overloaded => ("overloaded", 503, "The host is overloaded, retry later"),
        ErrorCode.Unavailable => ("unavailable", 503, "The host cannot store this now, retry later"),
        ErrorCode.Internal => ("internal", 500, "Something went wrong"),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "not in the table"),
    };

    public static string Word(this ErrorCode code) => Row(code).Word;
    public static int Status(this ErrorCode code) => Row(code).Status;
    public static string Title(this ErrorCode code) => Row(code).Title;
}
