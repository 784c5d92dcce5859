using System.Diagnostics;
using Together.Bench.Load;
using Xunit;

namespace Together.Tests.Bench;

public class MessageTrackerTests
{
    [Fact]
    public void message_is_open_until_it_is_answered_and_delivered_to_all()
    {
        var messages = new MessageTracker(2);
        var nonce = messages.Begin(Stopwatch.GetTimestamp());

        messages.Delivered(nonce);
        messages.Answered(nonce, 201);
        Assert.Equal(1, messages.Open);

        messages.Delivered(nonce);
        Assert.Equal(0, messages.Open);
    }

    [Fact]
    public void refused_message_is_counted_and_waited_for_no_longer()
    {
        var messages = new MessageTracker(2);
        messages.Answered(messages.Begin(Stopwatch.GetTimestamp()), 503);

        Assert.Equal(0, messages.Open);
        Assert.Equal(0, messages.Posts.Count);
        Assert.Equal(1, messages.Refusals[503]);
    }

    [Fact]
    public void latency_counts_from_the_intended_time()
    {
        var messages = new MessageTracker(0);
        var nonce = messages.Begin(Stopwatch.GetTimestamp() - 5 * Stopwatch.Frequency);
        messages.Answered(nonce, 201);

        Assert.InRange(messages.Posts.Max.TotalSeconds, 5, 60);
    }

    [Fact]
    public void what_was_begun_during_warm_up_is_not_measured()
    {
        var messages = new MessageTracker(1);
        var early = messages.Begin(Stopwatch.GetTimestamp());
        messages.Measure();
        messages.Answered(early, 201);
        messages.Delivered(early);

        Assert.Equal((0, 0, 0), (messages.Posts.Count, messages.Deliveries.Count, messages.Open));
    }
}
