using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Together.Actors.Connections;
using Together.Host.Auth;
using Together.Host.Channels;
using Together.Host.Configuration;
using Together.Host.Files;
using Together.Host.Files.Images;
using Together.Host.Gateway;
using Together.Host.Http;
using Together.Host.Operations;
using Together.Host.Servers;
using Together.Host.Users;
using Together.Host.Web;
using Together.Protocol;

namespace Together.Host;

/// <summary>
/// One running host: the node, the gateway and the web application in front of them. Started by <see cref="StartAsync"/>,
/// ended by <see cref="StopAsync"/>; every request is answered in between.
/// </summary>
public sealed partial class HostApplication : IAsyncDisposable
{
    private readonly TogetherOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly Node _node;
    private readonly GatewayConnections _connections;
    private readonly PasswordHasher _hasher;
    private readonly ImageTool _images;
    private readonly WebClient _web;
    private readonly WebApplication _app;
    private bool _ownsImages;
    private Task? _stopping;

    private HostApplication(TogetherOptions options, ILoggerFactory loggers, Node node, GatewayConnections connections, PasswordHasher hasher, ImageTool images, WebClient web, WebApplication app)
    {
        _options = options;
        _loggers = loggers;
        _node = node;
        _connections = connections;
        _hasher = hasher;
        _images = images;
        _web = web;
        _app = app;
    }

    /// <summary>Where it listens, with the port it got when the configured one is 0.</summary>
    public IReadOnlyCollection<string> Urls => [.. _app.Urls];

    /// <param name="options">What the host's own parts read.</param>
    /// <param name="source">What the framework's parts read, such as the levels of logging; without it they have their defaults.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="configureLogging">For tests, which read the log; JSON lines on standard output when null.</param>
    /// <param name="images">For tests, which share one; it stays the caller's. Looked for when null.</param>
    /// <param name="webRoot">The folder of the built web client; the one beside the binary when null.</param>
    /// <param name="cancellation">Ends a start that is still waiting for the database.</param>
    public static async Task<HostApplication> StartAsync(
        TogetherOptions options, HoconConfigurationSource? source = null, TimeProvider? time = null, Action<ILoggingBuilder>? configureLogging = null, ImageTool? images = null,
        string? webRoot = null, CancellationToken cancellation = default)
    {
        time ??= TimeProvider.System;
        var loggers = LoggerFactory.Create(logging =>
        {
            if (source is not null) logging.AddConfiguration(new ConfigurationBuilder().Add(source).Build().GetSection("Logging"));
            if (configureLogging is null) AccessLog.Configure(logging, options.Logging.Level);
            else configureLogging(logging);
        });
        if (!options.Limits.Enabled) LogLimitsOff(loggers.CreateLogger<HostApplication>());

        var hasher = new PasswordHasher(options.Auth.BcryptCost, options.Auth.HashParallelism, options.Auth.HashQueue);
        // It starts a program, which takes as long as the database does.
        var findingImages = images is null ? ImageTool.FindAsync(loggers.CreateLogger<ImageTool>(), cancellation) : null;
        Node? node = null;
        WebClient? web = null;
        try
        {
            node = await Node.StartAsync(options, time, loggers, cancellation);
            var accounts = new AccountStore(node.Database, new RefreshTokens(node.Keys.Derive(SigningKeys.RefreshTokenLabel)), options.Auth.RefreshTokenLifetime, time);
            var setupCode = new SetupCode();
            web = WebClient.Open(webRoot ?? WebClient.DefaultRoot, loggers.CreateLogger<WebClient>());
            var host = Compose(options, time, loggers, node, images ?? await findingImages!, web, hasher, accounts, setupCode);
            host._ownsImages = images is null;
            await host._app.StartAsync(cancellation);
            LogListening(loggers.CreateLogger<HostApplication>(), string.Join(", ", host.Urls), HealthEndpoint.Version);
            if (await accounts.NeedsSetupAsync(cancellation)) LogNeedsSetup(loggers.CreateLogger<HostApplication>(), setupCode.Text);
            return host;
        }
        catch
        {
            if (node is not null) await node.DisposeAsync();
            web?.Dispose();
            hasher.Dispose();
            loggers.Dispose();
            throw;
        }
    }

    /// <summary>Completes when the process was told to stop (SIGTERM, Ctrl-C) or <paramref name="cancellation"/> fires.</summary>
    public async Task WaitForShutdownAsync(CancellationToken cancellation)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var byHost = _app.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        await using var byCaller = cancellation.Register(() => stopping.TrySetResult());
        await stopping.Task;
    }

    /// <summary>Sends the gateway's clients away, answers what has begun, stores what is queued, lets go of the database.</summary>
    public Task StopAsync() => _stopping ??= StopOnceAsync();

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopOnceAsync()
    {
        using var deadline = new CancellationTokenSource(_options.Shutdown.Deadline);
        await _connections.ShutDownAsync(deadline.Token);
        await _app.StopAsync(deadline.Token);
        await _app.DisposeAsync();
        await _connections.DisposeAsync();
        await _node.DisposeAsync();
        _web.Dispose();
        _hasher.Dispose();
        if (_ownsImages) _images.Dispose();
        _loggers.Dispose();
    }

    private static HostApplication Compose(
        TogetherOptions options, TimeProvider time, ILoggerFactory loggers, Node node, ImageTool images, WebClient web, PasswordHasher hasher, AccountStore accounts, SetupCode setupCode)
    {
        var limits = options.Limits.Enabled ? options.Limits : null;
        var tokens = new AccessTokens(node.Keys.Derive(SigningKeys.AccessTokenLabel), options.Auth.AccessTokenLifetime, time);
        var callers = new Callers(tokens, session => node.Views.Root.RevokedSessions.ContainsKey(session));
        var loginRules = limits is null ? null : new LoginLimitRules(limits.FailedLoginsPerAccount, limits.FailedLoginsPerIp, limits.FailedLoginWindow);
        var login = new PasswordLogin(accounts, hasher, new LoginLimits(loginRules, time));
        var instance = new InstanceStore(node.Database, options.Auth.Registration);
        var gateway = new GatewayContext(
            node.Log,
            node.Journal,
            node.Messages,
            node.Views,
            node.Registry,
            node.ReadStates,
            node.Presences,
            node.PresenceUpdates,
            new SessionTickets(node.Keys.Derive(SigningKeys.GatewaySessionLabel), node.LogEpoch),
            node.Ids,
            time,
            new GatewaySettings(
                options.Gateway.HeartbeatInterval,
                options.Gateway.HeartbeatTimeout,
                options.Gateway.IdentifyTimeout,
                options.Gateway.OutboundQueueBytes,
                limits?.GatewayFramesPerMinute,
                options.Gateway.ResumeWindow,
                options.Gateway.ResumeEvents),
            async token => callers.Authenticate(token) is { } caller ? await IdentifyAsync(caller, CancellationToken.None) : null);
        var connections = new GatewayConnections(gateway, loggers.CreateLogger<GatewayConnections>());

        var builder = WebApplication.CreateSlimBuilder();
        // One way to configure: no appsettings.json, no variables but those that reference.conf names.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseUrls([.. options.Http.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Of one request's body that the host has not got round to; many large uploads at once shall not be held in memory.
            kestrel.Limits.MaxRequestBufferSize = 256 * 1024;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Shutdown.Deadline);
        builder.Services.AddSingleton(time);
        builder.Services.AddTogetherHttp(
            callers,
            new RateLimits(limits is null ? null : new RateLimitRules(limits.WritesPerMinute, limits.ReadsPerMinute, limits.UploadsPerMinute, limits.DownloadsPerMinute, limits.UnauthenticatedPerMinute), time),
            new Origins(options.Http.CorsOrigins));
        builder.Services.AddHostedService(_ => new ExpiredSessions(accounts, time, loggers.CreateLogger<ExpiredSessions>()));
        builder.Services.AddHostedService(_ => new FileSweep(node.Files, time, loggers.CreateLogger<FileSweep>()));
        builder.Services.AddOpenApi("v1", OpenApiDocument.Configure);
        builder.Services.AddOpenApi("gateway", GatewayDocument.Configure);
        // Only the API's description reads these; the endpoints name their contracts.
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.TypeInfoResolver = JsonTypeInfoResolver.Combine(WireJson.Default, ServerRequestJson.Default, ChannelRequestJson.Default, UserRequestJson.Default, AuthRequestJson.Default, InstanceJson.Default, OperationsJson.Default, HttpJson.Default);
        });

        var app = builder.Build();
        app.UseTogetherHttp(options.Http.TrustedProxies);
        app.UseWebSockets();
        app.Use(web.AnswerAsync);
        var api = app.MapGroup("/api");
        new InstanceEndpoints(instance, accounts, options.Files).Map(api);
        new AuthEndpoints(node, accounts, tokens, hasher, login, instance, setupCode).Map(api);
        new UserEndpoints(node, accounts).Map(api);
        new RelationshipEndpoints(node, accounts).Map(api);
        new PrivateChannelEndpoints(node).Map(api);
        new ServerEndpoints(node).Map(api);
        new MemberEndpoints(node).Map(api);
        new RoleEndpoints(node).Map(api);
        new BanEndpoints(node).Map(api);
        new InviteEndpoints(node).Map(api);
        new ChannelEndpoints(node).Map(api);
        new PermissionEndpoints(node).Map(api);
        new MessageEndpoints(node).Map(api);
        new SearchEndpoints(node).Map(api);
        new ReadStateEndpoints(node).Map(api);
        new ReactionEndpoints(node).Map(api);
        new PinEndpoints(node).Map(api);
        var preparation = new Preparation(images);
        var slots = new UploadSlots(perUser: 3, total: 64);
        var pace = new UploadPace(bytesPerSecond: 128 * 1024 * 1024, time);
        new AttachmentEndpoints(node, preparation, slots, pace, options.Files).Map(api);
        new PictureEndpoints(node, preparation, slots, pace, options.Files).Map(app, api);
        new GatewayEndpoint(connections, callers, IdentifyAsync, limits?.GatewayConnectionsPerIp).Map(app);
        new HealthEndpoint(node, connections, images).Map(app);
        app.MapOpenApi().AllowAnonymous();
        return new HostApplication(options, loggers, node, connections, hasher, images, web, app);

        async ValueTask<Identity> IdentifyAsync(Caller caller, CancellationToken cancellation) =>
            new(caller.UserId, caller.SessionId, (await accounts.FindAsync(caller.UserId, cancellation))?.Email);
    }

    [LoggerMessage(LogLevel.Warning, "Rate limits are off (together.limits.enabled): for benchmarks only.")]
    private static partial void LogLimitsOff(ILogger logger);

    // A warning, so that it is seen at every usual level: whoever reads it may become the admin.
    [LoggerMessage(LogLevel.Warning, "This instance has no account yet. The first one becomes its admin: register it on this machine, or from elsewhere with the setup code {SetupCode}")]
    private static partial void LogNeedsSetup(ILogger logger, string setupCode);

    [LoggerMessage(LogLevel.Information, "Together {Version} listens on {Urls}")]
    private static partial void LogListening(ILogger logger, string urls, string version);
}
