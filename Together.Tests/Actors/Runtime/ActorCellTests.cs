using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Together.Actors.Runtime;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Actors.Runtime;

public class ActorCellTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTime _time = new();
    private int _incarnation;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task messages_are_handled_one_at_a_time_in_the_order_of_each_teller()
    {
        const int Tellers = 4, Each = 500;
        var handled = new List<(int Teller, int Nr)>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = 0;
        var cell = Cell(async message =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inside));
            await Task.Yield();
            handled.Add(((int, int))message);
            Interlocked.Decrement(ref inside);
            if (handled.Count == Tellers * Each) all.SetResult();
        }, capacity: Tellers * Each);

        AtOnce(Tellers, teller =>
        {
            for (var nr = 0; nr < Each; nr++) Assert.Equal(TellResult.Accepted, cell.Tell((teller, nr)));
        });

        await all.Task.WaitAsync(Patience);
        foreach (var teller in handled.GroupBy(each => each.Teller)) Assert.Equal(Enumerable.Range(0, Each), teller.Select(each => each.Nr));
    }

    [Fact]
    public async Task a_full_mailbox_takes_no_more_until_the_turn_goes_on()
    {
        var (begun, end) = (Signal(), Signal());
        var last = Signal();
        var cell = Cell(async message =>
        {
            if (message is "hold") await HoldAsync(begun, end);
            if (message is "last") last.SetResult();
        }, capacity: 2);
        cell.Tell("hold");
        await begun.Task.WaitAsync(Patience);

        Assert.Equal(TellResult.Accepted, cell.Tell("first"));
        Assert.Equal(TellResult.Accepted, cell.Tell("last"));
        Assert.Equal(TellResult.Full, cell.Tell("too many"));
        end.SetResult();
        await last.Task.WaitAsync(Patience);
        Assert.Equal(TellResult.Accepted, cell.Tell("again"));
    }

    [Fact]
    public async Task a_start_that_fails_refuses_all_that_waits_and_backs_off()
    {
        var fails = true;
        var starting = Signal();
        var go = Signal();
        var cell = Cell(Answer, start: async () =>
        {
            starting.TrySetResult();
            await go.Task;
            if (fails) throw new InvalidOperationException("the store is away");
        });
        Ask[] asks = [NewAsk(), NewAsk(), NewAsk()];
        cell.Tell(asks[0]);
        await starting.Task.WaitAsync(Patience);
        cell.Tell(asks[1]);
        cell.Tell(asks[2]);

        var timer = _time.TimerSet();
        go.SetResult();
        foreach (var ask in asks) Assert.Equal(Reply.Unavailable, await ask.Answer.WaitAsync(Patience));

        // 100 ms, doubled each time, 10 s at most.
        foreach (var milliseconds in (int[])[100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
        {
            Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), await timer);
            var waiting = NewAsk();
            cell.Tell(waiting);
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
            Assert.False(waiting.Answer.IsCompleted);
            timer = _time.TimerSet();
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(Reply.Unavailable, await waiting.Answer.WaitAsync(Patience));
        }

        await timer;
        fails = false;
        var answered = NewAsk();
        cell.Tell(answered);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("answer 10", (await answered.Answer.WaitAsync(Patience)).Value);
    }

    [Fact]
    public async Task a_message_that_fails_is_refused_and_the_next_one_meets_a_fresh_incarnation()
    {
        var (begun, end) = (Signal(), Signal());
        var cell = Cell(async (message, incarnation) =>
        {
            if (incarnation == 0)
            {
                begun.SetResult();
                await end.Task;
                throw new InvalidOperationException("a bug");
            }

            Complete(message, incarnation);
        });
        var (failing, next) = (NewAsk(), NewAsk());
        cell.Tell(failing);
        await begun.Task.WaitAsync(Patience);
        cell.Tell(next);

        var timer = _time.TimerSet();
        end.SetResult();
        Assert.Equal(Reply.Unavailable, await failing.Answer.WaitAsync(Patience));
        Assert.Equal(TimeSpan.FromMilliseconds(100), await timer);
        Assert.False(next.Answer.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal("answer 1", (await next.Answer.WaitAsync(Patience)).Value);
    }

    [Fact]
    public async Task a_handled_message_forgets_earlier_failures()
    {
        var cell = Cell((message, incarnation) =>
        {
            if (((Ask)message).Command is "fail") throw new InvalidOperationException("a bug");
            Complete(message, incarnation);
            return ValueTask.CompletedTask;
        });
        for (var i = 0; i < 3; i++)
        {
            var timer = _time.TimerSet();
            cell.Tell(NewAsk("fail"));
            Assert.Equal(TimeSpan.FromMilliseconds(100), await timer);
            var good = NewAsk();
            cell.Tell(good);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Null((await good.Answer.WaitAsync(Patience)).Error);
        }
    }

    [Fact]
    public async Task an_idle_cell_stops_and_takes_nothing_more()
    {
        var cell = Cell(Answer);
        var ask = NewAsk();
        cell.Tell(ask);
        await ask.Answer.WaitAsync(Patience);

        cell.Passivate();
        await _stopped.Task.WaitAsync(Patience);
        Assert.Equal(TellResult.Stopped, cell.Tell("late"));
    }

    [Fact]
    public async Task every_incarnation_is_told_its_end_once()
    {
        var (made, ended) = (0, new ConcurrentQueue<int>());
        var cell = new ActorCell("cell", Create, 10, _time, NullLogger.Instance, _ => _stopped.SetResult());
        // The first fails to start, the second at its message, the third is passivated.
        for (var incarnation = 0; incarnation < 3; incarnation++)
        {
            var timer = _time.TimerSet();
            var ask = NewAsk();
            cell.Tell(ask);
            await ask.Answer.WaitAsync(Patience);
            if (incarnation < 2) _time.Advance(await timer);
            Assert.Equal(Enumerable.Range(0, Math.Min(incarnation + 1, 2)), ended);
        }

        cell.Passivate();
        await _stopped.Task.WaitAsync(Patience);
        Assert.Equal([0, 1, 2], ended);

        ScriptedActor Create()
        {
            var incarnation = made++;
            return new ScriptedActor(
                message =>
                {
                    if (incarnation == 1) throw new InvalidOperationException("a bug");
                    Complete(message, incarnation);
                    return ValueTask.CompletedTask;
                },
                () => incarnation == 0 ? throw new InvalidOperationException("the store is away") : ValueTask.CompletedTask,
                stopped: () => ended.Enqueue(incarnation));
        }
    }

    [Fact]
    public async Task work_under_way_keeps_a_cell()
    {
        var canPassivate = false;
        var looked = Signal();
        var cell = Cell(Answer, canPassivate: () =>
        {
            looked.TrySetResult();
            return canPassivate;
        });
        var ask = NewAsk();
        cell.Tell(ask);
        await ask.Answer.WaitAsync(Patience);

        cell.Passivate();
        await looked.Task.WaitAsync(Patience);
        var next = NewAsk();
        Assert.Equal(TellResult.Accepted, cell.Tell(next));
        Assert.Equal("answer 0", (await next.Answer.WaitAsync(Patience)).Value);
        canPassivate = true;
        cell.Passivate();
        await _stopped.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task a_message_told_before_the_end_of_the_turn_keeps_the_cell()
    {
        var (begun, end) = (Signal(), Signal());
        var cell = Cell(async message =>
        {
            if (message is "hold") await HoldAsync(begun, end);
            else await Answer(message);
        });
        cell.Tell("hold");
        await begun.Task.WaitAsync(Patience);
        cell.Passivate();
        var ask = NewAsk();
        Assert.Equal(TellResult.Accepted, cell.Tell(ask));
        end.SetResult();
        Assert.Equal("answer 0", (await ask.Answer.WaitAsync(Patience)).Value);
        Assert.False(_stopped.Task.IsCompleted);
    }

    [Fact]
    public async Task telling_while_passivating_is_either_handled_or_reported()
    {
        for (var round = 0; round < 2_000; round++)
        {
            var cell = new ActorCell("racer", () => new ScriptedActor(message => Answer(message)), 10, _time, NullLogger.Instance, _ => { });
            var (first, second) = (NewAsk(), NewAsk());
            cell.Tell(first);
            await first.Answer.WaitAsync(Patience);
            var told = TellResult.Full;
            AtOnce(2, racer =>
            {
                if (racer == 0) cell.Passivate();
                else told = cell.Tell(second);
            });
            if (told == TellResult.Accepted) Assert.Null((await second.Answer.WaitAsync(Patience)).Error);
            else Assert.Equal(TellResult.Stopped, told);
        }
    }

    private ActorCell Cell(Func<object, ValueTask> receive, int capacity = 1000, Func<ValueTask>? start = null, Func<bool>? canPassivate = null) =>
        Cell((message, _) => receive(message), capacity, start, canPassivate);

    private ActorCell Cell(Func<object, int, ValueTask> receive, int capacity = 1000, Func<ValueTask>? start = null, Func<bool>? canPassivate = null)
    {
        var incarnations = 0;
        return new ActorCell("cell", Create, capacity, _time, NullLogger.Instance, _ => _stopped.SetResult());

        ScriptedActor Create()
        {
            var incarnation = incarnations++;
            _incarnation = incarnation;
            return new ScriptedActor(message => receive(message, incarnation), start, canPassivate);
        }
    }

    private ValueTask Answer(object message)
    {
        Complete(message, _incarnation);
        return ValueTask.CompletedTask;
    }

    private static void Complete(object message, int incarnation) => ((Ask)message).Complete(new Reply($"answer {incarnation}"));

    private Ask NewAsk(object? command = null) => new(command ?? "ask", _time.GetUtcNow() + Patience);

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task HoldAsync(TaskCompletionSource begun, TaskCompletionSource end)
    {
        begun.SetResult();
        return end.Task;
    }

    /// <summary>Runs it on threads that start in the same instant.</summary>
    private static void AtOnce(int threads, Action<int> action)
    {
        using var barrier = new Barrier(threads);
        var failures = new ConcurrentQueue<Exception>();
        Thread[] all = [.. Enumerable.Range(0, threads).Select(nr => new Thread(() =>
        {
            barrier.SignalAndWait();
            try
            {
                action(nr);
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        }))];
        foreach (var thread in all) thread.Start();
        foreach (var thread in all) thread.Join();
        Assert.Empty(failures);
    }
}

/// <summary>An actor whose parts a test gives.</summary>
internal sealed class ScriptedActor(Func<object, ValueTask> receive, Func<ValueTask>? start = null, Func<bool>? canPassivate = null, Action? stopped = null) : Actor
{
    protected internal override ValueTask StartAsync() => start?.Invoke() ?? ValueTask.CompletedTask;

    protected internal override ValueTask ReceiveAsync(object message) => receive(message);

    protected internal override bool CanPassivate => canPassivate?.Invoke() ?? true;

    protected internal override void PostStop() => stopped?.Invoke();
}
