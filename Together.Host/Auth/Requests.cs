using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Together.Protocol;
using Together.Protocol.Users;

namespace Together.Host.Auth;

// The records' own texts would carry passwords and tokens into a log.

public sealed record RegisterBody([property: Required] string? Username, [property: Required] string? Password, string? Email, string? Invite, string? SetupCode)
{
    public override string ToString() => nameof(RegisterBody);
}

public sealed record LoginBody([property: Required] string? Username, [property: Required] string? Password)
{
    public override string ToString() => nameof(LoginBody);
}

public sealed record RefreshBody(string? RefreshToken)
{
    public override string ToString() => nameof(RefreshBody);
}

public sealed record PasswordBody([property: Required] string? CurrentPassword, [property: Required] string? NewPassword)
{
    public override string ToString() => nameof(PasswordBody);
}

/// <summary>The answer to a registration, a login and a refresh.</summary>
/// <param name="RefreshToken">Null for the web client, which gets it in a cookie.</param>
/// <param name="ExpiresIn">Seconds that the access token lives.</param>
public sealed record AuthAnswer(string AccessToken, string? RefreshToken, int ExpiresIn, CurrentUser User)
{
    public override string ToString() => nameof(AuthAnswer);
}

/// <summary>A login of the caller's on some device.</summary>
/// <param name="LastActiveAt">The login or its last refresh.</param>
/// <param name="Ip">Where that came from.</param>
/// <param name="Current">Whether it is the one that asks.</param>
public sealed record Session(SessionId Id, DateTimeOffset CreatedAt, DateTimeOffset LastActiveAt, string? Ip, string? UserAgent, bool Current);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(RegisterBody))]
[JsonSerializable(typeof(LoginBody))]
[JsonSerializable(typeof(RefreshBody))]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(AuthAnswer))]
[JsonSerializable(typeof(IReadOnlyList<Session>))]
internal sealed partial class AuthRequestJson : JsonSerializerContext;
