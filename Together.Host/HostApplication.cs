using Together.Host.Configuration;

namespace Together.Host;

/// <summary>Composes one host from its options; the caller runs and disposes what it gets.</summary>
public static partial class HostApplication
{
    /// <param name="options">What the host's own parts read.</param>
    /// <param name="source">What the framework's parts read, such as the levels of logging; without it they have their defaults.</param>
    public static WebApplication Build(TogetherOptions options, HoconConfigurationSource? source = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // One way to configure: no appsettings.json, no variables but those that reference.conf names.
        builder.Configuration.Sources.Clear();
        if (source is null)
            builder.Configuration.AddInMemoryCollection();
        else
            builder.Configuration.Sources.Add(source);
        builder.Logging.SetMinimumLevel(options.Logging.Level);
        builder.WebHost.UseUrls([.. options.Http.Urls]);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Shutdown.Deadline);
        builder.Services.AddSingleton(options);

        var app = builder.Build();
        if (!options.Limits.Enabled)
            LogLimitsOff(app.Logger);
        return app;
    }

    [LoggerMessage(LogLevel.Warning, "Rate limits are off (together.limits.enabled): for benchmarks only.")]
    private static partial void LogLimitsOff(ILogger logger);
}
