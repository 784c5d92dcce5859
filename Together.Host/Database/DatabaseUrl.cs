using System.Globalization;
using Npgsql;

namespace Together.Host.Database;

/// <summary>
/// Reads <c>postgres://user:password@host:port/database?sslmode=…</c> as libpq's connection URIs are written (PostgreSQL manual §34.1.1.2).
/// No part of the URL is ever repeated in an error: a badly written one has the password where something else is expected.
/// </summary>
public static class DatabaseUrl
{
    private const string KnownParameters = "host, port, user, password, dbname, sslmode, sslrootcert, sslcert, sslkey, sslpassword, connect_timeout, options";

    /// <summary>The connection string for Npgsql.</summary>
    /// <exception cref="DatabaseRefusedException">The URL cannot be read; the message says why, without repeating it.</exception>
    public static string ToConnectionString(string url)
    {
        var rest = url.Trim();
        var scheme = rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || rest[..scheme] is not ("postgres" or "postgresql"))
            throw Refused("it must start with postgres:// or postgresql://");
        rest = rest[(scheme + 3)..];
        if (rest.Contains('#', StringComparison.Ordinal)) throw Refused("a # in a user, password or name is written %23");

        var (beforeQuery, query) = Cut(rest, '?');
        var (authority, path) = Cut(beforeQuery, '/');
        if ($"{path}{query}".Contains('@', StringComparison.Ordinal) || authority.AsSpan().Count('@') > 1)
            throw Refused("in a user or password, @ is written %40, / is written %2F and ? is written %3F");

        var settings = new NpgsqlConnectionStringBuilder();
        var at = authority.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            var (user, password) = Cut(authority[..at], ':');
            if (user.Length > 0) settings.Username = Decode(user);
            if (password.Length > 0) settings.Password = Decode(password);
        }
        ReadHost(settings, authority[(at + 1)..]);
        if (path.Length > 0) settings.Database = Decode(path);
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries)) ReadParameter(settings, parameter);

        if (string.IsNullOrEmpty(settings.Host)) throw Refused("it names no host; for a unix socket, write postgres:///database?host=/run/postgresql");
        if (settings.Host.Contains(',', StringComparison.Ordinal)) throw Refused("it names several hosts, and the journal is written to one: name the primary");
        return settings.ConnectionString;
    }

    private static void ReadHost(NpgsqlConnectionStringBuilder settings, string hostAndPort)
    {
        // RFC 3986 §3.2.2: an IPv6 address stands in brackets.
        var portColon = hostAndPort.StartsWith('[')
            ? hostAndPort.IndexOf("]:", StringComparison.Ordinal) is var bracket && bracket >= 0 ? bracket + 1 : -1
            : hostAndPort.IndexOf(':', StringComparison.Ordinal);
        var host = portColon < 0 ? hostAndPort : hostAndPort[..portColon];
        if (portColon >= 0 && portColon + 1 < hostAndPort.Length) settings.Port = Port(hostAndPort[(portColon + 1)..]);
        host = host is ['[', .. var address, ']'] ? address : Decode(host);
        if (host.Length > 0) settings.Host = host;
    }

    private static void ReadParameter(NpgsqlConnectionStringBuilder settings, string parameter)
    {
        var (name, encoded) = Cut(parameter, '=');
        var value = Decode(encoded);
        switch (name)
        {
            case "host": settings.Host = value; break;
            case "port": settings.Port = Port(value); break;
            case "user": settings.Username = value; break;
            case "password": settings.Password = value; break;
            case "dbname": settings.Database = value; break;
            case "sslmode": settings.SslMode = Mode(value); break;
            case "sslrootcert": settings.RootCertificate = value; break;
            case "sslcert": settings.SslCertificate = value; break;
            case "sslkey": settings.SslKey = value; break;
            case "sslpassword": settings.SslPassword = value; break;
            case "connect_timeout": settings.Timeout = Seconds(value); break;
            case "options": settings.Options = value; break;
            default: throw Refused($"it has a parameter that Together does not know; it knows {KnownParameters}");
        }
    }

    private static SslMode Mode(string value) => value switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw Refused("sslmode must be disable, allow, prefer, require, verify-ca or verify-full"),
    };

    private static int Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : throw Refused("the port must be a number from 1 to 65535 (a : in a user or password is written %3A)");

    /// <summary>1024 s is the longest that Npgsql takes; 0 is without limit.</summary>
    private static int Seconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 1024 ? seconds : throw Refused("connect_timeout must be a number of seconds, 1024 at most");

    /// <summary>RFC 3986 §2.1. Unlike <see cref="Uri.UnescapeDataString(string)"/> it lets no half escape pass.</summary>
    private static string Decode(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]) || text.AsSpan(i + 1, 2) is "00")
                throw Refused("a % must be followed by two hexadecimal digits that are not 00; a % itself is written %25");
        }
        return Uri.UnescapeDataString(text);
    }

    private static (string Head, string Tail) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    private static DatabaseRefusedException Refused(string reason) => new($"TOGETHER_DATABASE_URL cannot be read: {reason}.");
}
