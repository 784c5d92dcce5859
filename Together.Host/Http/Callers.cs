using Together.Host.Auth;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>Tells who a token speaks for. Any thread; lives as long as the host.</summary>
/// <param name="isRevoked">Whether the session has ended, by the node's views: asked for each request, so it must not block.</param>
public sealed class Callers(AccessTokens tokens, Func<SessionId, bool> isRevoked)
{
    private const string Scheme = "Bearer ";

    /// <summary>Null when the token is forged, expired or of a revoked session.</summary>
    public Caller? Authenticate(ReadOnlySpan<char> token) =>
        tokens.TryRead(token, out var read) && !isRevoked(read.Session) ? new Caller(read.User, read.Session) : null;

    /// <summary>By the header <c>Authorization: Bearer …</c> (RFC 6750 §2.1).</summary>
    public Caller? Authenticate(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? Authenticate(header.AsSpan(Scheme.Length))
            : null;
}
