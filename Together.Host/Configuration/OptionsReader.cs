using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Together.Host.Configuration;

/// <summary>Reads the typed options out of the values and collects what is wrong with them. One load, one thread.</summary>
internal sealed class OptionsReader(HoconObject root, List<string> problems)
{
    private static readonly string[] LogLevels = ["trace", "debug", "information", "warning", "error", "critical", "none"];

    private static readonly (string Unit, TimeSpan Length)[] DurationUnits =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    private static readonly (string Unit, long Bytes)[] SizeUnits =
    [
        ("B", 1),
        ("kB", 1000),
        ("MB", 1000 * 1000),
        ("GB", 1000 * 1000 * 1000),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
    ];

    /// <summary>Below it any key is allowed: the categories of logging.</summary>
    public static bool IsOpen(string[] path) => path is ["Logging", "LogLevel"];

    /// <summary>Null when there are problems.</summary>
    public TogetherOptions? Read()
    {
        var options = new TogetherOptions
        {
            Http = new HttpOptions
            {
                Urls = List("http.urls", "http://address:port", Url),
                CorsOrigins = List("http.cors-origins", "an origin such as https://chat.example.org, without a path", Origin),
                TrustedProxies = List("http.trusted-proxies", "an IP address or a network such as 10.0.0.0/8", Network),
            },
            DataDirectory = Text("data-directory", "a path", text => text.Length > 0 && !text.Contains('\0')),
            Database = new DatabaseOptions
            {
                Url = Text("database.url", "postgres://user:password@host:port/database", IsDatabaseUrl),
                ReadPoolSize = Number("database.read-pool-size", 1, 100),
            },
            Auth = new AuthOptions
            {
                Registration = (RegistrationMode)Choice("auth.registration", "open", "invite", "closed"),
                JwtSecret = Text("auth.jwt-secret", "at least 32 bytes", text => Encoding.UTF8.GetByteCount(text) >= 32),
                AccessTokenLifetime = Duration("auth.access-token-lifetime", "1m", "1h"),
                RefreshTokenLifetime = Duration("auth.refresh-token-lifetime", "1h", "365d"),
                BcryptCost = Number("auth.bcrypt-cost", 4, 14),
                HashQueue = Number("auth.hash-queue", 1, 10_000),
                HashParallelism = NumberOrNull("auth.hash-parallelism", 1, 256) ?? Math.Max(1, Environment.ProcessorCount / 2),
            },
            Limits = new LimitsOptions
            {
                Enabled = Switch("limits.enabled"),
                WritesPerMinute = Number("limits.writes-per-minute", 1, 1_000_000),
                ReadsPerMinute = Number("limits.reads-per-minute", 1, 1_000_000),
                UnauthenticatedPerMinute = Number("limits.unauthenticated-per-minute", 1, 1_000_000),
                UploadsPerMinute = Number("limits.uploads-per-minute", 1, 1_000_000),
                DownloadsPerMinute = Number("limits.downloads-per-minute", 1, 1_000_000),
                FailedLoginsPerAccount = Number("limits.failed-logins-per-account", 1, 1_000_000),
                FailedLoginsPerIp = Number("limits.failed-logins-per-ip", 1, 1_000_000),
                FailedLoginWindow = Duration("limits.failed-login-window", "1m", "1d"),
                GatewayFramesPerMinute = Number("limits.gateway-frames-per-minute", 1, 1_000_000),
                GatewayConnectionsPerIp = Number("limits.gateway-connections-per-ip", 1, 1_000_000),
            },
            Gateway = new GatewayOptions
            {
                HeartbeatInterval = Duration("gateway.heartbeat-interval", "1s", "5m"),
                HeartbeatTimeout = Duration("gateway.heartbeat-timeout", "1s", "15m"),
                IdentifyTimeout = Duration("gateway.identify-timeout", "1s", "1m"),
                OutboundQueueBytes = (int)Size("gateway.outbound-queue", "64KiB", "64MiB"),
                ResumeWindow = Duration("gateway.resume-window", "10s", "1h"),
                ResumeEvents = Number("gateway.resume-events", 100, 100_000),
            },
            Presence = new PresenceOptions { Grace = Duration("presence.grace", "1s", "5m") },
            Journal = new JournalOptions
            {
                BatchEvents = Number("journal.batch-events", 1, 10_000),
                BatchBytes = (int)Size("journal.batch-size", "64KiB", "64MiB"),
                QueueBytes = (int)Size("journal.queue-size", "1MiB", "1GiB"),
                TailEvents = Number("journal.tail-events", 100, 1_000_000),
            },
            Actors = new ActorsOptions
            {
                MailboxCapacity = Number("actors.mailbox-capacity", 16, 1_000_000),
                AskTimeout = Duration("actors.ask-timeout", "100ms", "5m"),
                PassivateAfter = Duration("actors.passivate-after", "1s", "1d"),
                SnapshotEvery = Number("actors.snapshot-every", 10, 100_000),
            },
            Channels = new ChannelsOptions { Welcome = Switch("channels.welcome") },
            Files = new FilesOptions
            {
                MaxSize = Size("files.max-size", "1kB", "2GB"),
                PictureMaxSize = Size("files.picture-max-size", "1kB", "100MB"),
                UserQuota = Size("files.user-quota", "1kB", "100000GB"),
                TotalQuota = Size("files.total-quota", "1kB", "100000GB"),
                KeepFree = Size("files.keep-free", "0B", "1000GB"),
            },
            Retention = new RetentionOptions { DeletedMessages = Duration("retention.deleted-messages", "0s", "3650d") },
            Search = new SearchOptions { TextConfiguration = Text("search.text-configuration", "the name of a text search configuration", text => text.Length is > 0 and < 64 && !text.Contains('\0')) ?? "simple" },
            Shutdown = new ShutdownOptions { Deadline = Duration("shutdown.deadline", "1s", "5m") },
            Logging = new LoggingOptions { Level = (LogLevel)Choice("logging.level", LogLevels) },
        };
        CheckLogLevels();
        if (problems.Count > 0)
            return null;

        if (options.Http.Urls.Count == 0)
            Refuse("http.urls", "expected at least one address");
        if (options.Gateway.HeartbeatTimeout <= options.Gateway.HeartbeatInterval)
            Refuse("gateway.heartbeat-timeout", "has to be longer than gateway.heartbeat-interval");
        if (options.Auth.RefreshTokenLifetime <= options.Auth.AccessTokenLifetime)
            Refuse("auth.refresh-token-lifetime", "has to be longer than auth.access-token-lifetime");
        if (options.Journal.QueueBytes < options.Journal.BatchBytes)
            Refuse("journal.queue-size", "has to be at least journal.batch-size");
        return problems.Count > 0 ? null : options;
    }

    private HoconValue? Find(string key)
    {
        var found = root.Find(["together", .. key.Split('.')]);
        // The only other way to lose a key is a value in an object's place, which is reported before the options are read.
        return found is null && problems.Count == 0 ? throw new InvalidOperationException($"reference.conf lacks together.{key}") : found;
    }

    private void Refuse(string key, string problem) => problems.Add($"{Find(key)?.Origin}: together.{key}: {problem}");

    private void Refuse(HoconValue value, string key, string expected, bool show = true)
    {
        string found = show && value is HoconScalar { Kind: HoconScalarKind.Text or HoconScalarKind.Number, Text.Length: <= 100 } scalar
            ? HoconText.Quote(scalar.Text)
            : value.Description;
        problems.Add($"{value.Origin}: together.{key}: expected {expected}, found {found}");
    }

    private string? Text(string key, string expected, Func<string, bool> isAllowed)
    {
        switch (Find(key))
        {
            case null or HoconScalar { Kind: HoconScalarKind.Null }:
                return null;
            case HoconScalar { Kind: HoconScalarKind.Text } scalar:
                if (isAllowed(scalar.Text))
                    return scalar.Text;
                // What was given may be a secret.
                Refuse(scalar, key, expected, show: false);
                return null;
            case { } other:
                problems.Add($"{other.Origin}: together.{key}: expected a string, found {other.Description}");
                return null;
        }
    }

    private List<T> List<T>(string key, string expected, Func<string, (bool Allowed, T Value)> parse)
    {
        var list = new List<T>();
        var value = Find(key);
        if (value is not HoconArray { Items: var items })
        {
            if (value is not null)
                problems.Add($"{value.Origin}: together.{key}: expected a list of strings, found {value.Description}");
            return list;
        }
        foreach (var item in items)
        {
            if (item is not HoconScalar { Kind: HoconScalarKind.Text } scalar)
                problems.Add($"{item.Origin}: together.{key}: expected a list of strings, found {item.Description} in it");
            else if (parse(scalar.Text) is (true, var parsed))
                list.Add(parsed);
            else
                Refuse(scalar, key, expected);
        }
        return list;
    }

    private int Number(string key, int min, int max) => Find(key) is { } value ? ReadNumber(value, key, min, max) : min;

    private int? NumberOrNull(string key, int min, int max) =>
        Find(key) is { } value and not HoconScalar { Kind: HoconScalarKind.Null } ? ReadNumber(value, key, min, max) : null;

    private int ReadNumber(HoconValue value, string key, int min, int max)
    {
        if (value is HoconScalar scalar
            && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            && number >= min && number <= max)
        {
            return number;
        }
        Refuse(value, key, $"a whole number from {min} to {max}");
        return min;
    }

    private bool Switch(string key)
    {
        switch (Find(key))
        {
            case HoconScalar { Text: "on" or "true" or "yes" }:
                return true;
            case HoconScalar { Text: "off" or "false" or "no" } or null:
                return false;
            case { } other:
                Refuse(other, key, "on or off");
                return false;
        }
    }

    /// <summary>The index of the word.</summary>
    private int Choice(string key, params string[] words)
    {
        var value = Find(key);
        int index = value is HoconScalar scalar ? words.IndexOf(scalar.Text) : -1;
        if (index < 0 && value is not null)
            Refuse(value, key, OneOf(words));
        return Math.Max(0, index);
    }

    private static string OneOf(string[] words) => "one of " + string.Join(", ", words);

    private TimeSpan Duration(string key, string min, string max)
    {
        if (Find(key) is not { } value)
            return default;
        var (from, to) = (ParseDuration(min)!.Value, ParseDuration(max)!.Value);
        if (value is HoconScalar scalar && ParseDuration(scalar.Text) is { } duration && duration >= from && duration <= to)
            return duration;
        Refuse(value, key, $"a duration from {min} to {max} (ms, s, m, h or d)");
        return from;
    }

    private long Size(string key, string min, string max)
    {
        if (Find(key) is not { } value)
            return default;
        var (from, to) = (ParseSize(min)!.Value, ParseSize(max)!.Value);
        if (value is HoconScalar scalar && ParseSize(scalar.Text) is { } size && size >= from && size <= to)
            return size;
        Refuse(value, key, $"a size from {min} to {max} (B, kB, MB, GB, KiB, MiB or GiB)");
        return from;
    }

    private static TimeSpan? ParseDuration(string text) =>
        SplitUnit(text) is (var count, var unit) && DurationUnits.FirstOrDefault(known => known.Unit == unit) is { Unit: not null } found
                && count <= TimeSpan.MaxValue.Ticks / found.Length.Ticks
            ? TimeSpan.FromTicks(count * found.Length.Ticks)
            : null;

    private static long? ParseSize(string text) =>
        SplitUnit(text) is (var count, var unit) && SizeUnits.FirstOrDefault(known => known.Unit == unit) is { Unit: not null } found
            ? found.Bytes * count
            : null;

    /// <summary>Nine digits of the largest unit fit a long.</summary>
    private static (long Count, string Unit)? SplitUnit(string text)
    {
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        return digits is > 0 and <= 9 ? (long.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture), text[digits..].TrimStart(' ')) : null;
    }

    private static (bool Allowed, string Value) Url(string text)
    {
        try
        {
            // Kestrel's own reading of an address: it also knows * and +.
            var address = BindingAddress.Parse(text);
            return (address is { Scheme: "http", IsUnixPipe: false, IsNamedPipe: false, PathBase: "" or "/", Port: >= 0 and <= 65535 }, text);
        }
        catch (FormatException)
        {
            return (false, text);
        }
    }

    private static (bool Allowed, string Value) Origin(string text) =>
        (Uri.TryCreate(text, UriKind.Absolute, out var origin) && origin.Scheme is "http" or "https"
            && origin.GetLeftPart(UriPartial.Authority) == text && origin.UserInfo.Length == 0, text);

    /// <summary>An address as it prints itself ("10.1" would be 10.0.0.1), and a network without bits beyond its prefix.</summary>
    private static (bool Allowed, IPNetwork Value) Network(string text)
    {
        string[] parts = text.Split('/');
        if (!IPAddress.TryParse(parts[0], out var address) || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != parts[0]))
            return default;
        int bits = address.GetAddressBytes().Length * 8;
        if (parts.Length == 1)
            return (true, new IPNetwork(address, bits));
        return parts.Length == 2 && IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(address) ? (true, network) : default;
    }

    /// <summary>The rest is read, and refused with its reason, by <see cref="Database.DatabaseUrl"/>.</summary>
    private static bool IsDatabaseUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);

    private void CheckLogLevels()
    {
        if (root.Find("Logging", "LogLevel") is not HoconObject { Fields: var levels })
            return;
        foreach (var (category, value) in levels)
        {
            if (value is not HoconScalar scalar || !LogLevels.Contains(scalar.Text, StringComparer.OrdinalIgnoreCase))
                problems.Add($"{value.Origin}: Logging.LogLevel.{HoconText.Key(category)}: expected {OneOf(LogLevels)}");
        }
    }
}
