using Microsoft.Extensions.Logging.Abstractions;
using Together.Actors.Runtime;
using Together.Actors.Sharding;
using Together.Protocol;
using Together.Tests.Actors.Runtime;
using Xunit;

namespace Together.Tests.Actors.Sharding;

public class ShardRegionTests : ShardTransportContract
{
    private protected override IShardTransport Create(Func<EntityRef, Actor> factory) => Region(factory);

    [Fact]
    public async Task an_entity_leaves_when_it_has_been_idle_and_comes_back_fresh()
    {
        var started = 0;
        var leaves = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var region = Region(_ => new ScriptedActor(Number(Interlocked.Increment(ref started)), canPassivate: () => leaves.TrySetResult() || true));
        Assert.Equal(1, (await region.AskAsync(Entity, "a")).Value);

        // Looked at every quarter of the idle time.
        Time.Advance(Settings.PassivateAfter * 3 / 4);
        Assert.Equal(1, (await region.AskAsync(Entity, "b")).Value);
        Time.Advance(Settings.PassivateAfter * 3 / 4);
        Assert.Equal(1, (await region.AskAsync(Entity, "c")).Value);
        Assert.False(leaves.Task.IsCompleted);
        Time.Advance(Settings.PassivateAfter);
        await leaves.Task.WaitAsync(Patience);
        Assert.Equal(2, (await region.AskAsync(Entity, "d")).Value);
    }

    [Fact]
    public async Task an_entity_with_work_under_way_stays_however_idle()
    {
        var started = 0;
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var region = Region(_ => new ScriptedActor(Number(Interlocked.Increment(ref started)), canPassivate: () => looked.TrySetResult() && false));
        await region.AskAsync(Entity, "a");
        Time.Advance(Settings.PassivateAfter * 3);
        await looked.Task.WaitAsync(Patience);
        Assert.Equal(1, (await region.AskAsync(Entity, "b")).Value);
    }

    [Fact]
    public async Task two_incarnations_never_overlap_and_no_ask_is_lost_between_them()
    {
        var alive = 0;
        var overlaps = 0;
        var region = Region(_ => new ScriptedActor(
            async message =>
            {
                if (Interlocked.Increment(ref alive) != 1) Interlocked.Increment(ref overlaps);
                await Task.Yield();
                Interlocked.Decrement(ref alive);
                await Echo(message);
            }));
        using var barrier = new Barrier(2);
        const int Rounds = 500;
        // A sweep that finds the entity idle, at the same moment as the next ask.
        var sweeper = new Thread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                barrier.SignalAndWait();
                Time.Advance(Settings.PassivateAfter * 2);
                barrier.SignalAndWait();
            }
        })
        { IsBackground = true };
        sweeper.Start();
        for (var round = 0; round < Rounds; round++)
        {
            barrier.SignalAndWait();
            var ask = region.AskAsync(Entity, round, Time.GetUtcNow().AddDays(30));
            barrier.SignalAndWait();
            Assert.Equal(round, (await ask.WaitAsync(Patience)).Value);
        }

        sweeper.Join();
        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task a_closed_region_takes_nothing_more_and_finishes_what_it_has()
    {
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var region = Region(_ => new ScriptedActor(async message =>
        {
            begun.TrySetResult();
            await end.Task;
            await Echo(message);
        }));
        var held = region.AskAsync(Entity, "held");
        await begun.Task.WaitAsync(Patience);
        region.Close();
        Assert.Equal(Reply.Unavailable, await region.AskAsync(Entity, "late"));
        end.SetResult();
        Assert.Equal("held", (await held.WaitAsync(Patience)).Value);
    }

    [Fact]
    public async Task entities_are_told_apart()
    {
        var region = Region(entity => new ScriptedActor(message =>
        {
            ((Ask)message).Complete(new Reply(entity));
            return ValueTask.CompletedTask;
        }));
        var server = new ServerId(Entity.Id);
        EntityRef[] entities = [Entity, EntityRef.Server(server), EntityRef.Channel(new ChannelId(Entity.Id), server)];
        foreach (var entity in entities) Assert.Equal(entity, (await region.AskAsync(entity, "who")).Value);
        Assert.Equal(3, region.Count);
    }

    private ShardRegion Region(Func<EntityRef, Actor> factory) => new(factory, Settings, Time, NullLogger<ShardRegion>.Instance);

    private static Func<object, ValueTask> Number(int incarnation) => message =>
    {
        ((Ask)message).Complete(new Reply(incarnation));
        return ValueTask.CompletedTask;
    };
}
