using System.Collections.Concurrent;
using Together.Actors.Runtime;
using Together.Actors.Sharding;
using Together.Protocol;
using Together.Tests.Actors.Runtime;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Sharding;

/// <summary>What every way to an entity promises to who asks, whether the entity lives here or on another node.</summary>
public abstract class ShardTransportContract
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    internal static readonly EntityRef Entity = EntityRef.User(new UserId(Guid.Parse("00000000-0000-7000-8000-000000000001")));
    internal static readonly ShardRegionSettings Settings = new(MailboxCapacity: 2, AskTimeout: TimeSpan.FromSeconds(5), PassivateAfter: TimeSpan.FromMinutes(4));

    internal FakeTime Time { get; } = new();

    private protected abstract IShardTransport Create(Func<EntityRef, Actor> factory);

    internal DateTimeOffset Soon => Time.GetUtcNow() + TimeSpan.FromSeconds(5);

    [Fact]
    public async Task an_answer_comes_back()
    {
        var transport = Create(_ => new ScriptedActor(Echo));
        Assert.Equal(new Reply("hello"), await transport.AskAsync(Entity, "hello", Soon));
    }

    [Fact]
    public async Task one_entity_handles_the_commands_of_all_askers_in_their_order()
    {
        var seen = new ConcurrentQueue<object>();
        var transport = Create(_ => new ScriptedActor(message =>
        {
            seen.Enqueue(((Ask)message).Command);
            return Echo(message);
        }));
        for (var i = 0; i < 50; i++) await transport.AskAsync(Entity, $"{i}", Soon);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), seen);
    }

    [Fact]
    public async Task a_full_mailbox_answers_overloaded_at_once()
    {
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var transport = Create(_ => new ScriptedActor(async message =>
        {
            begun.TrySetResult();
            await end.Task;
            await Echo(message);
        }));
        var held = transport.AskAsync(Entity, "held", Soon);
        await begun.Task.WaitAsync(Patience);
        var waiting = (Task<Reply>[])[transport.AskAsync(Entity, "1", Soon), transport.AskAsync(Entity, "2", Soon)];

        Assert.Equal(Reply.Overloaded, await transport.AskAsync(Entity, "3", Soon).WaitAsync(Patience));
        end.SetResult();
        Assert.Equal(["held", "1", "2"], (await Task.WhenAll([held, .. waiting]).WaitAsync(Patience)).Select(reply => reply.Value));
    }

    [Fact]
    public async Task past_its_deadline_an_ask_is_answered_unavailable()
    {
        var begun = new TaskCompletionSource();
        var transport = Create(_ => new ScriptedActor(async _ =>
        {
            begun.SetResult();
            await new TaskCompletionSource().Task;
        }));
        var ask = transport.AskAsync(Entity, "never answered", Soon);
        await begun.Task.WaitAsync(Patience);
        Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Reply.Unavailable, await ask.WaitAsync(Patience));
    }

    [Fact]
    public async Task an_ask_whose_deadline_has_passed_starts_nothing()
    {
        var transport = Create(_ => throw new InvalidOperationException("must not be started"));
        Assert.Equal(Reply.Unavailable, await transport.AskAsync(Entity, "late", Time.GetUtcNow()));
    }

    internal static ValueTask Echo(object message)
    {
        var ask = (Ask)message;
        ask.Complete(new Reply(ask.Command));
        return ValueTask.CompletedTask;
    }
}
