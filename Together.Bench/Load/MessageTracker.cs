using System.Diagnostics;

namespace Together.Bench.Load;

/// <summary>
/// What became of each message of one measurement: when it was meant to leave, when its POST was answered, how many receivers have it. The
/// nonces are its indexes. Latencies count from the intended time. The loop's thread only.
/// </summary>
internal sealed class MessageTracker(int receiversPerMessage)
{
    // 2^20 messages are minutes at any rate that fits two cores; a slot that is still in use when it comes round again is an error.
    private const int Slots = 1 << 20;

    private readonly long[] _intended = new long[Slots];
    private readonly int[] _missing = new int[Slots];
    private readonly SortedDictionary<int, int> _refusals = [];
    private long _next;
    private long _measuredFrom;

    public Histogram Posts { get; private set; } = new();

    public Histogram Deliveries { get; private set; } = new();

    /// <summary>Messages begun that still miss their answer or a receiver.</summary>
    public int Open { get; private set; }

    /// <summary>Answers by status that were neither 200 nor 201, since the measurement began; 0 is a broken connection.</summary>
    public IReadOnlyDictionary<int, int> Refusals => _refusals;

    /// <summary>From here on latencies are recorded: what was begun before was warm-up.</summary>
    public void Measure()
    {
        Posts = new Histogram();
        Deliveries = new Histogram();
        _refusals.Clear();
        _measuredFrom = _next;
    }

    /// <summary>Answers the nonce to send it with.</summary>
    public long Begin(long intended)
    {
        var slot = _next & (Slots - 1);
        if (_missing[slot] > 0)
            throw new InvalidOperationException($"Message {_next - Slots} is still missing {_missing[slot]} of its receivers");
        _intended[slot] = intended;
        _missing[slot] = 1 + receiversPerMessage;
        Open++;
        return _next++;
    }

    public void Answered(long nonce, int status)
    {
        var slot = nonce & (Slots - 1);
        if (status is not (200 or 201))
        {
            _refusals[status] = _refusals.GetValueOrDefault(status) + 1;
            // Nobody will receive it.
            Received(slot, _missing[slot]);
            return;
        }
        if (nonce >= _measuredFrom)
            Posts.Record(Stopwatch.GetElapsedTime(_intended[slot]));
        Received(slot, 1);
    }

    public void Delivered(long nonce)
    {
        var slot = nonce & (Slots - 1);
        if (nonce >= _measuredFrom)
            Deliveries.Record(Stopwatch.GetElapsedTime(_intended[slot]));
        Received(slot, 1);
    }

    private void Received(long slot, int count)
    {
        _missing[slot] -= count;
        if (_missing[slot] == 0)
            Open--;
    }
}
