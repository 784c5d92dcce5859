using System.Net;
using Microsoft.Extensions.Logging;
using Together.Host.Configuration;
using Xunit;

namespace Together.Tests.Configuration;

public sealed class TogetherOptionsTests : IDisposable
{
    private readonly ConfigurationFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void without_files_or_variables_the_defaults_hold()
    {
        var options = Load();
        Assert.Equal(["http://127.0.0.1:8080"], options.Http.Urls);
        Assert.Empty(options.Http.CorsOrigins);
        Assert.Empty(options.Http.TrustedProxies);
        Assert.Null(options.DataDirectory);
        Assert.Equal(
            new DatabaseOptions
            {
                Url = null,
                ReadPoolSize = 8,
            },
            options.Database);
        Assert.Equal(
            new AuthOptions
            {
                Registration = RegistrationMode.Invite,
                JwtSecret = null,
                AccessTokenLifetime = TimeSpan.FromMinutes(15),
                RefreshTokenLifetime = TimeSpan.FromDays(7),
                BcryptCost = 12,
                HashQueue = 32,
                HashParallelism = Math.Max(1, Environment.ProcessorCount / 2),
            },
            options.Auth);
        Assert.Equal(
            new LimitsOptions
            {
                Enabled = true,
                WritesPerMinute = 100,
                ReadsPerMinute = 1000,
                UnauthenticatedPerMinute = 30,
                UploadsPerMinute = 60,
                DownloadsPerMinute = 1000,
                FailedLoginsPerAccount = 10,
                FailedLoginsPerIp = 50,
                FailedLoginWindow = TimeSpan.FromMinutes(15),
                GatewayFramesPerMinute = 100,
                GatewayConnectionsPerIp = 10,
            },
            options.Limits);
        Assert.Equal(
            new GatewayOptions
            {
                HeartbeatInterval = TimeSpan.FromSeconds(30),
                HeartbeatTimeout = TimeSpan.FromSeconds(60),
                IdentifyTimeout = TimeSpan.FromSeconds(10),
                OutboundQueueBytes = 1024 * 1024,
                ResumeWindow = TimeSpan.FromMinutes(10),
                ResumeEvents = 5000,
            },
            options.Gateway);
        Assert.Equal(new JournalOptions { BatchEvents = 500, BatchBytes = 1024 * 1024, QueueBytes = 32 * 1024 * 1024, TailEvents = 10_000 }, options.Journal);
        Assert.Equal(
            new ActorsOptions
            {
                MailboxCapacity = 1024,
                AskTimeout = TimeSpan.FromSeconds(10),
                PassivateAfter = TimeSpan.FromMinutes(5),
                SnapshotEvery = 500,
            },
            options.Actors);
        Assert.Equal(new FilesOptions { MaxSize = 50_000_000, PictureMaxSize = 10_000_000, UserQuota = 2_000_000_000, TotalQuota = 20_000_000_000, KeepFree = 1_000_000_000 }, options.Files);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Shutdown.Deadline);
        Assert.Equal(LogLevel.Information, options.Logging.Level);
    }

    [Fact]
    public void the_file_wins_over_the_defaults_and_a_variable_over_both()
    {
        const string File = "together { auth.registration = closed, limits { enabled = off, writes-per-minute = 7 } }";
        Assert.Equal(RegistrationMode.Invite, Load().Auth.Registration);
        var fromFile = TogetherOptions.Load(_files.Environment(File));
        Assert.Equal(RegistrationMode.Closed, fromFile.Auth.Registration);
        Assert.False(fromFile.Limits.Enabled);
        var fromVariable = TogetherOptions.Load(_files.Environment(File, ("TOGETHER_REGISTRATION", "open"), ("TOGETHER_LIMITS", "on")));
        Assert.Equal(RegistrationMode.Open, fromVariable.Auth.Registration);
        Assert.True(fromVariable.Limits.Enabled);
        Assert.Equal(7, fromVariable.Limits.WritesPerMinute);
    }

    [Fact]
    public void every_variable_reaches_its_option()
    {
        const string Secret = "0123456789abcdef0123456789abcdef";
        var options = Load(
            ("TOGETHER_URLS", "http://127.0.0.1:1, http://[::1]:2"), ("TOGETHER_DATA_DIR", "/srv/together"),
            ("TOGETHER_DATABASE_URL", "postgres://u:p@db/together"), ("TOGETHER_JWT_SECRET", Secret),
            ("TOGETHER_REGISTRATION", "closed"), ("TOGETHER_LIMITS", "off"));
        Assert.Equal(["http://127.0.0.1:1", "http://[::1]:2"], options.Http.Urls);
        Assert.Equal("/srv/together", options.DataDirectory);
        Assert.Equal("postgres://u:p@db/together", options.Database.Url);
        Assert.Equal(Secret, options.Auth.JwtSecret);
        Assert.Equal(RegistrationMode.Closed, options.Auth.Registration);
        Assert.False(options.Limits.Enabled);
    }

    [Fact]
    public void empty_and_unknown_variables_are_not_set() =>
        Assert.Equal(RegistrationMode.Invite, Load(("TOGETHER_REGISTRATION", ""), ("TOGETHER_CONFIG", ""), ("TOGETHER_SETUP_CODE", "x")).Auth.Registration);

    [Theory]
    [InlineData("TOGETHER_URLS", "127.0.0.1:80", "TOGETHER_URLS: together.http.urls: expected http://address:port, found \"127.0.0.1:80\"")]
    [InlineData("TOGETHER_URLS", "https://127.0.0.1", "TOGETHER_URLS: together.http.urls: expected http://address:port, found \"https://127.0.0.1\"")]
    [InlineData("TOGETHER_URLS", "http://x:99999", "TOGETHER_URLS: together.http.urls: expected http://address:port, found \"http://x:99999\"")]
    [InlineData("TOGETHER_URLS", "http://x:80/path", "TOGETHER_URLS: together.http.urls: expected http://address:port, found \"http://x:80/path\"")]
    [InlineData("TOGETHER_URLS", ",", "TOGETHER_URLS: together.http.urls: expected at least one address")]
    [InlineData("TOGETHER_DATABASE_URL", "Host=db;Password=pw", "TOGETHER_DATABASE_URL: together.database.url: expected postgres://user:password@host:port/database, found a string")]
    [InlineData("TOGETHER_JWT_SECRET", "short", "TOGETHER_JWT_SECRET: together.auth.jwt-secret: expected at least 32 bytes, found a string")]
    [InlineData("TOGETHER_REGISTRATION", "Open", "TOGETHER_REGISTRATION: together.auth.registration: expected one of open, invite, closed, found \"Open\"")]
    [InlineData("TOGETHER_LIMITS", "0", "TOGETHER_LIMITS: together.limits.enabled: expected on or off, found \"0\"")]
    [InlineData("TOGETHER_CONFIG", "/none.conf", "TOGETHER_CONFIG: no such file: \"/none.conf\"")]
    public void a_bad_variable_is_refused_by_name(string name, string value, string expected) =>
        Assert.Equal([expected], Refused(new Dictionary<string, string> { [name] = value }));

    [Theory]
    [InlineData("together.http.urls = 5", "my.conf:1: together.http.urls: expected a list of strings, found a number")]
    [InlineData("together.http.urls = \"http://x\"", "my.conf:1: together.http.urls: expected a list of strings, found a string")]
    [InlineData("together.http.urls = [5]", "my.conf:1: together.http.urls: expected a list of strings, found a number in it")]
    [InlineData("together.http = 5", "my.conf:1: together.http: expected an object, found a number")]
    [InlineData("together = null", "my.conf:1: together: expected an object, found null")]
    [InlineData("together.data-directory = 5", "my.conf:1: together.data-directory: expected a string, found a number")]
    [InlineData("together.auth.bcrypt-cost = 15", "my.conf:1: together.auth.bcrypt-cost: expected a whole number from 4 to 14, found \"15\"")]
    [InlineData("together.auth.bcrypt-cost = 3", "my.conf:1: together.auth.bcrypt-cost: expected a whole number from 4 to 14, found \"3\"")]
    [InlineData("together.auth.bcrypt-cost = 9.5", "my.conf:1: together.auth.bcrypt-cost: expected a whole number from 4 to 14, found \"9.5\"")]
    [InlineData("together.auth.bcrypt-cost = null", "my.conf:1: together.auth.bcrypt-cost: expected a whole number from 4 to 14, found null")]
    [InlineData("together.auth.access-token-lifetime = 30", "my.conf:1: together.auth.access-token-lifetime: expected a duration from 1m to 1h (ms, s, m, h or d), found \"30\"")]
    [InlineData("together.auth.access-token-lifetime = 59s", "my.conf:1: together.auth.access-token-lifetime: expected a duration from 1m to 1h (ms, s, m, h or d), found \"59s\"")]
    [InlineData("together.auth.access-token-lifetime = 999999999d", "my.conf:1: together.auth.access-token-lifetime: expected a duration from 1m to 1h (ms, s, m, h or d), found \"999999999d\"")]
    [InlineData("together.journal.batch-size = 1MX", "my.conf:1: together.journal.batch-size: expected a size from 64KiB to 64MiB (B, kB, MB, GB, KiB, MiB or GiB), found \"1MX\"")]
    [InlineData("together.journal.batch-size = 65MiB", "my.conf:1: together.journal.batch-size: expected a size from 64KiB to 64MiB (B, kB, MB, GB, KiB, MiB or GiB), found \"65MiB\"")]
    [InlineData("together.http.cors-origins = [\"https://x/\"]", "my.conf:1: together.http.cors-origins: expected an origin such as https://chat.example.org, without a path, found \"https://x/\"")]
    [InlineData("together.http.cors-origins = [\"*\"]", "my.conf:1: together.http.cors-origins: expected an origin such as https://chat.example.org, without a path, found \"*\"")]
    [InlineData("together.http.trusted-proxies = [\"10.1\"]", "my.conf:1: together.http.trusted-proxies: expected an IP address or a network such as 10.0.0.0/8, found \"10.1\"")]
    [InlineData("together.http.trusted-proxies = [\"10.0.0.1/8\"]", "my.conf:1: together.http.trusted-proxies: expected an IP address or a network such as 10.0.0.0/8, found \"10.0.0.1/8\"")]
    [InlineData("together.gateway.heartbeat-timeout = 30s", "my.conf:1: together.gateway.heartbeat-timeout: has to be longer than gateway.heartbeat-interval")]
    [InlineData("together.auth { access-token-lifetime = 1h, refresh-token-lifetime = 1h }", "my.conf:1: together.auth.refresh-token-lifetime: has to be longer than auth.access-token-lifetime")]
    [InlineData("together.journal { batch-size = 2MiB, queue-size = 1MiB }", "my.conf:1: together.journal.queue-size: has to be at least journal.batch-size")]
    [InlineData("together.logging.level = loud", "my.conf:1: together.logging.level: expected one of trace, debug, information, warning, error, critical, none, found \"loud\"")]
    [InlineData("Logging.LogLevel.\"Together.Host\" = loud", "my.conf:1: Logging.LogLevel.\"Together.Host\": expected one of trace, debug, information, warning, error, critical, none")]
    public void a_bad_value_is_refused_with_file_and_line(string text, string expected) =>
        Assert.Equal([expected], Refused(_files.Environment(text)).Select(_files.Shorten));

    [Theory]
    [InlineData("together.http.url = []", "unknown key \"together.http.url\", did you mean \"together.http.urls\"?")]
    [InlineData("together { auth { bcrypt-cots = 12 } }", "unknown key \"together.auth.bcrypt-cots\", did you mean \"together.auth.bcrypt-cost\"?")]
    [InlineData("http.urls = []", "unknown key \"http\", did you mean \"together.http\"?")]
    [InlineData("together.bcrypt-cost = 12", "unknown key \"together.bcrypt-cost\", did you mean \"together.auth.bcrypt-cost\"?")]
    [InlineData("together.fish-and-chips = 1", "unknown key \"together.fish-and-chips\"")]
    [InlineData("together.http.url = ${?NONE}", "unknown key \"together.http.url\", did you mean \"together.http.urls\"?")]
    public void an_unknown_key_is_refused(string text, string expected) =>
        Assert.Equal(["my.conf:1: " + expected], Refused(_files.Environment(text)).Select(_files.Shorten));

    [Fact]
    public void all_problems_are_reported_at_once() => Assert.Equal(
        [
            "my.conf:1: unknown key \"together.http.url\", did you mean \"together.http.urls\"?",
            "my.conf:3: together.limits: expected an object, found a boolean",
            "my.conf:2: together.auth.bcrypt-cost: expected a whole number from 4 to 14, found \"x\"",
            "TOGETHER_REGISTRATION: together.auth.registration: expected one of open, invite, closed, found \"x\"",
        ],
        Refused(_files.Environment("together.http.url = []\ntogether.auth.bcrypt-cost = x\ntogether.limits = off", ("TOGETHER_REGISTRATION", "x")))
            .Select(_files.Shorten).OrderBy(problem => problem.Contains("registration", StringComparison.Ordinal)));

    [Fact]
    public void a_refused_secret_is_not_repeated()
    {
        var problems = Refused(new Dictionary<string, string>
        {
            ["TOGETHER_JWT_SECRET"] = "hunter2",
            ["TOGETHER_DATABASE_URL"] = "mysql://u:hunter2@db",
        });
        Assert.Equal(2, problems.Count);
        Assert.DoesNotContain(problems, problem => problem.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void addresses_and_networks_of_proxies_are_read()
    {
        var options = TogetherOptions.Load(_files.Environment(
            """together.http { trusted-proxies = ["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"], cors-origins = ["https://chat.example.org", "http://localhost:5173"] }"""));
        Assert.Equal(["127.0.0.1/32", "10.0.0.0/8", "::1/128", "fd00::/8"], options.Http.TrustedProxies.Select(network => network.ToString()));
        Assert.Equal(["https://chat.example.org", "http://localhost:5173"], options.Http.CorsOrigins);
        Assert.Contains(options.Http.TrustedProxies, network => network.Contains(IPAddress.Parse("10.9.9.9")));
    }

    [Theory]
    [InlineData("64KiB", 64 * 1024)]
    [InlineData("100kB", 100_000)]
    [InlineData("5MB", 5_000_000)]
    [InlineData("1 MiB", 1024 * 1024)]
    [InlineData("70000B", 70_000)]
    public void sizes_are_read_in_their_unit(string size, int bytes) =>
        Assert.Equal(bytes, TogetherOptions.Load(_files.Environment($"together.journal.batch-size = {size}")).Journal.BatchBytes);

    [Theory]
    [InlineData("100ms", 100)]
    [InlineData("2s", 2000)]
    [InlineData("2 m", 120_000)]
    public void durations_are_read_in_their_unit(string duration, int milliseconds) =>
        Assert.Equal(milliseconds, TogetherOptions.Load(_files.Environment($"together.actors.ask-timeout = {duration}")).Actors.AskTimeout.TotalMilliseconds);

    /// <summary>An object where a value belongs is refused by whatever reads the value: a key that nothing reads would pass.</summary>
    [Theory]
    [MemberData(nameof(Keys))]
    public void every_key_of_the_reference_is_read(string key)
    {
        string problem = Assert.Single(Refused(_files.Environment($"{key} {{}}")), problem => problem.Contains(key, StringComparison.Ordinal));
        Assert.StartsWith($"my.conf:1: {key}: expected ", _files.Shorten(problem));
    }

    public static TheoryData<string> Keys()
    {
        var keys = new TheoryData<string>();
        var reference = new HoconResolver(new HoconReader().ReadText(EffectiveConfiguration.ReadReference(), "reference.conf"), new Dictionary<string, string>()).Resolve();
        Collect(reference, "");
        return keys;

        void Collect(HoconObject within, string prefix)
        {
            foreach (var (name, value) in within.Fields)
            {
                if (value is HoconObject child)
                    Collect(child, $"{prefix}{HoconText.Key(name)}.");
                else
                    keys.Add(prefix + HoconText.Key(name));
            }
        }
    }

    [Fact]
    public void the_file_to_copy_says_what_the_defaults_are()
    {
        var copied = EffectiveConfiguration.Load(new Dictionary<string, string>
        {
            ["TOGETHER_CONFIG"] = Path.Combine(AppContext.BaseDirectory, "hocon", "single-node.conf"),
        });
        var text = new StringWriter();
        copied.WriteTo(text);
        Assert.DoesNotContain('#', text.ToString());
    }

    private static TogetherOptions Load(params (string Name, string Value)[] variables) =>
        TogetherOptions.Load(variables.ToDictionary(variable => variable.Name, variable => variable.Value));

    private static IReadOnlyList<string> Refused(Dictionary<string, string> environment) =>
        Assert.Throws<ConfigurationRefusedException>(() => TogetherOptions.Load(environment)).Problems;
}
