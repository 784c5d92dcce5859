using Npgsql;
using Together.Host.Database;
using Xunit;

namespace Together.Tests.Database;

public class DatabaseUrlTests
{
    [Theory]
    [InlineData("postgres://ada:secret@db.example:6543/together", "Host=db.example;Port=6543;Username=ada;Password=secret;Database=together")]
    [InlineData("postgresql://ada@db.example/together", "Host=db.example;Username=ada;Database=together")]
    [InlineData("postgres://db.example", "Host=db.example")]
    [InlineData("postgres://ada:@db.example:/together", "Host=db.example;Username=ada;Database=together")]
    [InlineData("  postgres://db.example/together\n", "Host=db.example;Database=together")]
    [InlineData("postgres://ada:p%40s%2Fs%3F%25%3A%23;'@db.example/a%20b", "Host=db.example;Username=ada;Password=\"p@s/s?%:#;'\";Database=a b")]
    [InlineData("postgres://ad%C3%A9@db.example/together", "Host=db.example;Username=adé;Database=together")]
    [InlineData("postgres://ada@[::1]:6543/together", "Host=::1;Port=6543;Username=ada;Database=together")]
    [InlineData("postgres://ada@[::1]/together", "Host=::1;Username=ada;Database=together")]
    [InlineData("postgres:///together?host=/run/postgresql&user=ada", "Host=/run/postgresql;Username=ada;Database=together")]
    [InlineData("postgres://%2Frun%2Fpostgresql/together", "Host=/run/postgresql;Database=together")]
    [InlineData("postgres://db.example/?dbname=together&port=6543&password=s%26t", "Host=db.example;Port=6543;Password=s&t;Database=together")]
    [InlineData("postgres://db.example/together?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=5", "Host=db.example;Database=together;SSL Mode=VerifyFull;Root Certificate=/ca.pem;Timeout=5")]
    [InlineData("postgres://db.example/together?sslcert=/c.pem&sslkey=/k.pem&sslpassword=x&options=-c%20geqo%3Doff", "Host=db.example;Database=together;SSL Certificate=/c.pem;SSL Key=/k.pem;SSL Password=x;Options=-c geqo=off")]
    public void url_is_read_as_libpq_reads_it(string url, string connectionString)
    {
        var expected = new NpgsqlConnectionStringBuilder(connectionString);
        var actual = new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString(url));
        Assert.Equal(Settings(expected), Settings(actual));
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("allow", SslMode.Allow)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void sslmode_is_read(string mode, SslMode expected) =>
        Assert.Equal(expected, new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString($"postgres://db.example?sslmode={mode}")).SslMode);

    [Theory]
    [InlineData("mysql://ada:hunter2@db.example/together", "postgres://")]
    [InlineData("hunter2", "postgres://")]
    [InlineData("Host=db.example;Password=hunter2", "postgres://")]
    [InlineData("postgres://ada:hun@ter2@db.example/together", "%40")]
    [InlineData("postgres://ada:hun/ter2@db.example/together", "%2F")]
    [InlineData("postgres://ada:hun?ter2@db.example/together", "%3F")]
    [InlineData("postgres://ada:hun#ter2@db.example/together", "%23")]
    [InlineData("postgres://ada:hunter2%@db.example/together", "%25")]
    [InlineData("postgres://ada:hunter2%zz@db.example/together", "%25")]
    [InlineData("postgres://ada:hunter2%00@db.example/together", "%25")]
    [InlineData("postgres://ada:hunter2/together", "port")]
    [InlineData("postgres://ada@db.example:hunter2/together", "port")]
    [InlineData("postgres://ada@db.example:65536/together", "port")]
    [InlineData("postgres://ada@db.example:0/together", "port")]
    [InlineData("postgres://ada:hunter2@/together", "names no host")]
    [InlineData("postgres://ada:hunter2@one,two/together", "several hosts")]
    [InlineData("postgres://db.example/together?hunter2=1", "parameter that Together does not know")]
    [InlineData("postgres://db.example/together?sslmode=hunter2", "sslmode must be")]
    [InlineData("postgres://db.example/together?connect_timeout=hunter2", "connect_timeout")]
    [InlineData("postgres://db.example/together?connect_timeout=1025", "connect_timeout")]
    public void unreadable_url_is_refused_without_repeating_it(string url, string reason)
    {
        var refused = Assert.Throws<DatabaseRefusedException>(() => DatabaseUrl.ToConnectionString(url));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hun", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ter2", refused.ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Settings(NpgsqlConnectionStringBuilder builder) =>
        builder.Keys.Cast<string>().Select(key => $"{key}={builder[key]}").Order();
}
