using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Protocol;
using Together.Tests.Actors.Persistence;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Views;

public sealed class FoldTests(PostgresFixture postgres) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await postgres.CreateDatabaseAsync();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task after_every_command_the_folded_views_equal_the_tables()
    {
        await using var community = await CommunityStory.StartAsync(_database);
        community.Afterwards = async command =>
        {
            var tables = await LoadAsync();
            Assert.True(Describe(community.Node.Views.Root) == Describe(tables), $"after {command}:\n{Describe(community.Node.Views.Root)}\nbut the tables say\n{Describe(tables)}");
        };
        await community.TellStoryAsync();
        Assert.DoesNotContain(community.Logger.Lines, line => line.Contains("failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task folding_the_whole_journal_equals_the_tables()
    {
        await using (var community = await CommunityStory.StartAsync(_database)) await community.TellStoryAsync();

        var entries = await EntriesAsync();
        var views = entries.Aggregate(ViewRoot.Empty, (root, entry) => root.Fold(entry));
        var tables = await LoadAsync();
        Assert.Equal(Describe(tables), Describe(views));
        var servers = new Dictionary<ServerId, ServerState?>();
        foreach (var happened in entries.Select(entry => entry.Event).OfType<ServerEvent>())
            servers[happened.ServerId] = ServerEntity.Apply(servers.GetValueOrDefault(happened.ServerId), happened);
        Assert.Equal(Describe(tables), Describe(tables with { Servers = tables.Servers.Clear().AddRange(servers.Where(pair => pair.Value is not null)!) }));
    }

    [Fact]
    public async Task every_command_is_in_the_story_and_every_event_happens_in_it()
    {
        await using (var community = await CommunityStory.StartAsync(_database))
        {
            await community.TellStoryAsync();
            Assert.Equal(Names(Concrete<ServerCommand>().Concat(Concrete<ChannelCommand>()).Concat(Concrete<UserCommand>()).Concat(Concrete<RelationshipCommand>())), Names(community.Done));
        }

        // Each of them went through its entity's Apply, the projection, ViewRoot.Fold and Dispatches, which throw at what they do not know.
        Assert.Equal(Names(Concrete<DomainEvent>()), Names((await EntriesAsync()).Select(entry => entry.Event.GetType()).Distinct()));
    }

    [Fact]
    public void every_event_has_a_manifest_of_its_own_with_a_version() =>
        Assert.Empty(Concrete<DomainEvent>().Except(Manifests.Catalog.Types));

    private static IEnumerable<Type> Concrete<T>() => typeof(DomainEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract);

    private static IEnumerable<string> Names(IEnumerable<Type> types) => types.Select(type => type.Name).Order(StringComparer.Ordinal);

    private Task<ViewRoot> LoadAsync() => ViewLoader.LoadAsync(_database.DataSource, TimeProvider.System.GetUtcNow(), CancellationToken.None);

    private async Task<List<LogEntry>> EntriesAsync()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return await new Journal(_database.DataSource, Manifests.Catalog).PageAsync(connection, 0, int.MaxValue);
    }

    /// <summary>All of a root as text in which equal roots are equal: what is a set is sorted.</summary>
    private static string Describe(ViewRoot root) => string.Join('\n', (IEnumerable<string>)
    [
        $"position {root.Position}",
        .. Sorted(root.Users.Values, EventJson.Default.UserRecord),
        .. root.Servers.Values.OrderBy(server => server.Id).SelectMany(server => (IEnumerable<string>)
        [
            $"server {Json(server.Record, EventJson.Default.ServerRecord)}",
            .. Sorted(server.Channels.Values, EventJson.Default.ChannelRecord),
            .. Sorted(server.Roles.Values, EventJson.Default.RoleRecord),
            .. Sorted(server.Members.Values, EventJson.Default.MemberRecord),
            .. Sorted(server.Invites.Values, EventJson.Default.InviteRecord),
        ]),
        .. root.ServersOfUser.Select(pair => $"servers of {pair.Key}: {string.Join(' ', pair.Value)}").Order(StringComparer.Ordinal),
        .. root.ServerOfChannel.Select(pair => $"server of {pair.Key}: {pair.Value}").Order(StringComparer.Ordinal),
        .. root.ServerOfInvite.Select(pair => $"server of {pair.Key}: {pair.Value}").Order(StringComparer.Ordinal),
        .. root.LastMessages.Select(pair => $"last of {pair.Key}: {pair.Value}").Order(StringComparer.Ordinal),
        .. Sorted(root.PrivateChannels.Values, EventJson.Default.PrivateChannelRecord),
        .. root.PrivateChannelsOfUser.Select(pair => $"private channels of {pair.Key}: {string.Join(' ', pair.Value)}").Order(StringComparer.Ordinal),
        .. root.Relationships.SelectMany(pair => pair.Value.Select(other => $"{pair.Key} and {other.Key}: {Json(other.Value, EventJson.Default.RelationshipRecord)}")).Order(StringComparer.Ordinal),
        .. root.Settings.Select(pair => $"settings of {pair.Key}: {Json(pair.Value, EventJson.Default.UserSettings)}").Order(StringComparer.Ordinal),
        .. root.RevokedSessions.Select(pair => $"revoked {pair.Key}: {pair.Value:O}").Order(StringComparer.Ordinal),
    ]);

    private static IEnumerable<string> Sorted<T>(IEnumerable<T> records, JsonTypeInfo<T> json) => records.Select(record => Json(record, json)).Order(StringComparer.Ordinal);

    private static string Json<T>(T record, JsonTypeInfo<T> json) => $"{typeof(T).Name} {JsonSerializer.Serialize(record, json)}";
}
