using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Connections;
using Together.Actors.Persistence;
using Together.Actors.Runtime;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Host.Auth;
using Together.Host.Configuration;
using Together.Host.Database;
using Together.Host.Files;
using Together.Protocol;

namespace Together.Host;

/// <summary>
/// One node's engine: the database, the journal's writer, the ordered log, the views and the entities. Started before the
/// first request is taken and disposed after the last one was answered.
/// </summary>
public sealed class Node : IAsyncDisposable
{
    private readonly BuiltInPostgres? _postgres;
    private readonly JournalWriter _writer;
    private readonly Reactor[] _reactors;
    private readonly Retention _retention;
    private readonly NpgsqlDataSource _searches;

    private Node(BuiltInPostgres? postgres, NpgsqlDataSource database, NpgsqlDataSource searches, JournalWriter writer, Reactor[] reactors, Retention retention)
    {
        _searches = searches;
        _postgres = postgres;
        Database = database;
        _writer = writer;
        _reactors = reactors;
        _retention = retention;
    }

    /// <summary>For everything but the journal.</summary>
    public NpgsqlDataSource Database { get; }

    public required SigningKeys Keys { get; init; }

    public required IdSource Ids { get; init; }

    public required TimeProvider Time { get; init; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public required CommunityViews Views { get; init; }

    public required EventLog Log { get; init; }

    public required ShardRegion Region { get; init; }

    public required Messages Messages { get; init; }

    public required Uploads Uploads { get; init; }

    public required FileStore Files { get; init; }

    public required ReadStates ReadStates { get; init; }

    public required Presences Presences { get; init; }

    public required PresenceUpdates PresenceUpdates { get; init; }

    public required Typing Typing { get; init; }

    public required SearchIndex SearchIndex { get; init; }

    public required MessageSearch Search { get; init; }

    public required AuditEntries AuditEntries { get; init; }

    public required ConnectionRegistry Registry { get; init; }

    public required Journal Journal { get; init; }

    public Retention Retention => _retention;

    /// <summary>Changes when a database was restored or rebuilt: what clients remember of positions is void then.</summary>
    public required Guid LogEpoch { get; init; }

    /// <summary>Whether what is posted now can be stored.</summary>
    public bool CanStore => _writer.IsAvailable;

    /// <exception cref="DatabaseRefusedException">The database cannot be used; the message says what to do.</exception>
    /// <exception cref="DatabaseInUseException">Another host runs on it.</exception>
    public static async Task<Node> StartAsync(TogetherOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        BuiltInPostgres? postgres = null;
        NpgsqlDataSource? database = null;
        try
        {
            if (options.Database.Url is null)
                postgres = await BuiltInPostgres.StartAsync(options.DataDirectory ?? BuiltInPostgres.DefaultDataDirectory, loggers.CreateLogger<BuiltInPostgres>(), cancellation);
            var connectionString = postgres?.ConnectionString ?? DatabaseUrl.ToConnectionString(options.Database.Url!);
            database = ReadPool.Create(connectionString, options.Database.ReadPoolSize);
            await Migrations.ApplyAsync(database, loggers.CreateLogger("Together.Host.Database.Migrations"), cancellation);
            return await StartAsync(options, postgres, database, connectionString, time, loggers, cancellation);
        }
        catch
        {
            if (database is not null) await database.DisposeAsync();
            if (postgres is not null) await postgres.StopAsync();
            throw;
        }
    }

    /// <summary>Stores what is queued, then lets go of the database.</summary>
    public async ValueTask DisposeAsync()
    {
        Files.Dispose();
        await _retention.DisposeAsync();
        foreach (var reactor in _reactors) await reactor.DisposeAsync();
        await PresenceUpdates.DisposeAsync();
        await ReadStates.DisposeAsync();
        await Region.DisposeAsync();
        await _writer.DisposeAsync();
        await Log.DisposeAsync();
        await SearchIndex.DisposeAsync();
        Search.Dispose();
        await _searches.DisposeAsync();
        await Database.DisposeAsync();
        if (_postgres is not null) await _postgres.StopAsync();
    }

    private static async Task<Node> StartAsync(
        TogetherOptions options, BuiltInPostgres? postgres, NpgsqlDataSource database, string connectionString, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var ids = new IdSource(time);
        var files = await FileStore.OpenAsync(
            database, Path.Combine(options.DataDirectory ?? (postgres is null ? "data" : BuiltInPostgres.DefaultDataDirectory), "files"), options.Files, time, cancellation);
        var journalSettings = new JournalSettings(options.Journal.BatchEvents, options.Journal.BatchBytes, options.Journal.QueueBytes, options.Journal.TailEvents);
        var keys = options.Auth.JwtSecret is { } secret ? SigningKeys.FromText(secret) : await SigningKeys.LoadAsync(database, cancellation);
        var views = new CommunityViews(new FileLinks(keys.Derive(SigningKeys.FileLinkLabel), time));
        var presences = new Presences(options.Presence.Grace, time);
        var registry = new ConnectionRegistry(presences);
        var log = new EventLog(journalSettings, loggers.CreateLogger<EventLog>());
        var statuses = new ChosenStatuses(database);
        var presenceUpdates = new PresenceUpdates(presences, registry, views, log, statuses, time);
        var typing = new Typing(log, views, registry, time);
        var dispatcher = new Dispatcher(views, registry, loggers.CreateLogger<Dispatcher>()) { Followers = [presenceUpdates.Follow, typing.Follow] };
        log.Attach(dispatcher);
        var journal = new Journal(database, Manifests.Catalog);
        var messages = new Messages(database);
        var searches = ReadPool.CreateForSearches(connectionString, MessageSearch.Parallel + 1);
        var searchIndex = new SearchIndex(searches, journal, options.Search.TextConfiguration, time, loggers.CreateLogger<SearchIndex>());
        dispatcher.Stored = searchIndex.Tell;
        var uploads = new Uploads(database);
        var writer = new JournalWriter(connectionString, log, new CommunityProjection(), ids, journalSettings, time, loggers.CreateLogger<JournalWriter>());
        try
        {
            if (await SearchIndex.ConfigurationsAsync(searches, cancellation) is var configurations && !configurations.Contains(options.Search.TextConfiguration))
                throw new DatabaseRefusedException($"together.search.text-configuration: this database has no text search configuration {options.Search.TextConfiguration}; it has {string.Join(", ", configurations)}.");
            presences.Load(await statuses.LoadAsync(time.GetUtcNow(), cancellation));
            // The writer's lock first: nobody appends between the views' position and the log's start.
            await writer.StartAsync(async () => views.Load(await ViewLoader.LoadAsync(database, time.GetUtcNow(), cancellation)), cancellation);
            await searchIndex.StartAsync(log.Position, cancellation);
        }
        catch
        {
            await searches.DisposeAsync();
            await presenceUpdates.DisposeAsync();
            await writer.DisposeAsync();
            throw;
        }

        var entities = new EntityContext(writer, journal, Manifests.Catalog, time, options.Actors.SnapshotEvery, loggers.CreateLogger<EntityContext>());
        var gates = new ServerGates();
        var nonces = new NonceBudget();
        var region = new ShardRegion(
            entity => Create(entity, entities, ids, messages, uploads, views, gates, nonces),
            new ShardRegionSettings(options.Actors.MailboxCapacity, options.Actors.AskTimeout, options.Actors.PassivateAfter),
            time,
            loggers.CreateLogger<ShardRegion>());
        var retention = new Retention(database, messages, log, region, options.Retention.DeletedMessages, time, loggers.CreateLogger<Retention>());
        var reactions = new ServerReactions(region, views, options.Channels.Welcome);
        var reacting = new ReactorContext(database, journal, log, Manifests.Catalog, time, loggers.CreateLogger<Reactor>());
        Reactor[] reactors =
        [
            Reactor.To<MemberBanned>("ban-messages", reactions.DeleteMessagesAsync, reacting),
            Reactor.To<MemberJoined>("welcome", reactions.WelcomeAsync, reacting),
            Reactor.To<MessagesErased>("redaction", retention.RedactAsync, reacting),
        ];
        dispatcher.Reactors = reactors;
        foreach (var reactor in reactors) reactor.Start();
        retention.Start();
        await using var epoch = database.CreateCommand("select log_epoch from instance");
        return new Node(postgres, database, searches, writer, reactors, retention)
        {
            Keys = keys,
            Ids = ids,
            Time = time,
            Views = views,
            Log = log,
            Region = region,
            Messages = messages,
            Uploads = uploads,
            Files = files,
            Presences = presences,
            PresenceUpdates = presenceUpdates,
            Typing = typing,
            ReadStates = new ReadStates(database, log, views, registry, loggers.CreateLogger<ReadStates>()),
            SearchIndex = searchIndex,
            Search = new MessageSearch(searches, searchIndex),
            AuditEntries = new AuditEntries(database),
            Registry = registry,
            Journal = journal,
            LogEpoch = (Guid)(await epoch.ExecuteScalarAsync(cancellation))!,
        };
    }

    private static Actor Create(
        EntityRef entity, EntityContext context, IdSource ids, Messages messages, Uploads uploads, CommunityViews views, ServerGates gates, NonceBudget nonces) => entity.Kind switch
        {
            EntityKind.User => new UserActor(entity, context),
            EntityKind.Server => new ServerActor(entity, context, ids, gates),
            EntityKind.Relationship => new RelationshipActor(entity, context),
            EntityKind.Channel => new ChannelActor(entity, context, messages, uploads, views, gates, nonces),
            _ => throw new InvalidOperationException($"no actor for {entity.Kind}"),
        };
}
