using Microsoft.Extensions.Logging.Abstractions;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Channels;

public sealed class ChannelActorTests(PostgresFixture postgres)
{
    [Fact]
    public async Task stopped_channel_gives_the_memory_of_its_nonces_back()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var host = await TestHost.StartAsync(postgres, database: database);
        var club = await Community.FoundAsync(host);
        await club.Owner.SayAsync(club.General, "hello", "nonce");

        var budget = new NonceBudget();
        var context = new EntityContext(null!, new Journal(database.DataSource, Manifests.Catalog), Manifests.Catalog, TimeProvider.System, 100, NullLogger<EntityContext>.Instance);
        var entity = EntityRef.Channel(new ChannelId(Guid.Parse(club.General)), new ServerId(Guid.Parse(club.Id)));
        var actor = new ChannelActor(entity, context, new Messages(database.DataSource), new Uploads(database.DataSource), new CommunityViews(), new ServerGates(), budget);
        await actor.StartAsync();
        Assert.NotEqual(NonceBudget.DefaultBytes, budget.Left);
        actor.PostStop();
        Assert.Equal(NonceBudget.DefaultBytes, budget.Left);
    }
}
