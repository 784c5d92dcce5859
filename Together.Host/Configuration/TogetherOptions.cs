using System.Net;

namespace Together.Host.Configuration;

/// <summary>
/// The settings of one host, checked and complete. Immutable, for any thread, for the process's life.
/// Defaults, units and reasons are in hocon/reference.conf and nowhere else.
/// </summary>
public sealed record TogetherOptions
{
    public required HttpOptions Http { get; init; }

    /// <summary>Null: not set, the database part chooses.</summary>
    public required string? DataDirectory { get; init; }

    public required DatabaseOptions Database { get; init; }
    public required AuthOptions Auth { get; init; }
    public required LimitsOptions Limits { get; init; }
    public required GatewayOptions Gateway { get; init; }
    public required PresenceOptions Presence { get; init; }
    public required JournalOptions Journal { get; init; }
    public required ActorsOptions Actors { get; init; }
    public required ChannelsOptions Channels { get; init; }
    public required FilesOptions Files { get; init; }
    public required RetentionOptions Retention { get; init; }
    public required SearchOptions Search { get; init; }
    public required ShutdownOptions Shutdown { get; init; }
    public required LoggingOptions Logging { get; init; }

    /// <summary>Reads the settings for this environment; every problem found is in the one exception.</summary>
    /// <exception cref="ConfigurationRefusedException">Something in the files or variables is not allowed.</exception>
    public static TogetherOptions Load(IReadOnlyDictionary<string, string> environment) =>
        EffectiveConfiguration.Load(environment).Options;
}

public sealed record HttpOptions
{
    public required IReadOnlyList<string> Urls { get; init; }
    public required IReadOnlyList<string> CorsOrigins { get; init; }
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }
}

public sealed record DatabaseOptions
{
    /// <summary>Null: the built-in PostgreSQL. Holds a password: never log it.</summary>
    public required string? Url { get; init; }

    public required int ReadPoolSize { get; init; }
}

/// <summary>Who may create an account.</summary>
public enum RegistrationMode
{
    Open,
    Invite,
    Closed,
}

public sealed record AuthOptions
{
    public required RegistrationMode Registration { get; init; }

    /// <summary>Null: the key in the database. Never log it.</summary>
    public required string? JwtSecret { get; init; }

    public required TimeSpan AccessTokenLifetime { get; init; }
    public required TimeSpan RefreshTokenLifetime { get; init; }
    public required int BcryptCost { get; init; }
    public required int HashQueue { get; init; }
    public required int HashParallelism { get; init; }
}

public sealed record LimitsOptions
{
    public required bool Enabled { get; init; }
    public required int WritesPerMinute { get; init; }
    public required int ReadsPerMinute { get; init; }
    public required int UnauthenticatedPerMinute { get; init; }
    public required int UploadsPerMinute { get; init; }
    public required int DownloadsPerMinute { get; init; }
    public required int FailedLoginsPerAccount { get; init; }
    public required int FailedLoginsPerIp { get; init; }
    public required TimeSpan FailedLoginWindow { get; init; }
    public required int GatewayFramesPerMinute { get; init; }
    public required int GatewayConnectionsPerIp { get; init; }
}

public sealed record GatewayOptions
{
    public required TimeSpan HeartbeatInterval { get; init; }
    public required TimeSpan HeartbeatTimeout { get; init; }
    public required TimeSpan IdentifyTimeout { get; init; }
    public required int OutboundQueueBytes { get; init; }
    public required TimeSpan ResumeWindow { get; init; }
    public required int ResumeEvents { get; init; }
}

public sealed record PresenceOptions
{
    public required TimeSpan Grace { get; init; }
}

public sealed record JournalOptions
{
    public required int BatchEvents { get; init; }
    public required int BatchBytes { get; init; }
    public required int QueueBytes { get; init; }
    public required int TailEvents { get; init; }
}

public sealed record ActorsOptions
{
    public required int MailboxCapacity { get; init; }
    public required TimeSpan AskTimeout { get; init; }
    public required TimeSpan PassivateAfter { get; init; }

    /// <summary>In events.</summary>
    public required int SnapshotEvery { get; init; }
}

public sealed record ChannelsOptions
{
    /// <summary>Whether it is said who has joined.</summary>
    public required bool Welcome { get; init; }
}

/// <summary>In bytes.</summary>
public sealed record FilesOptions
{
    /// <summary>Of one upload.</summary>
    public required long MaxSize { get; init; }

    /// <summary>Of one upload for an avatar or icon.</summary>
    public required long PictureMaxSize { get; init; }

    /// <summary>Of all uploads of one user together.</summary>
    public required long UserQuota { get; init; }

    /// <summary>Of all that is stored.</summary>
    public required long TotalQuota { get; init; }

    /// <summary>What uploads leave free on the disk.</summary>
    public required long KeepFree { get; init; }
}

public sealed record RetentionOptions
{
    /// <summary>Zero: not at all.</summary>
    public required TimeSpan DeletedMessages { get; init; }
}

public sealed record SearchOptions
{
    /// <summary>Whether the database has it shows when it is used.</summary>
    public required string TextConfiguration { get; init; }
}

public sealed record ShutdownOptions
{
    public required TimeSpan Deadline { get; init; }
}

public sealed record LoggingOptions
{
    public required LogLevel Level { get; init; }
}
