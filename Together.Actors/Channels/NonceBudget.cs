namespace Together.Actors.Channels;

/// <summary>
/// What the nonce windows of a node may hold together. One of them gets at most half of what is left, so that a flood in one
/// channel leaves room to the others. One per node, any thread.
/// </summary>
/// <param name="bytes">All there is.</param>
public sealed class NonceBudget(long bytes = NonceBudget.DefaultBytes)
{
    /// <summary>16 MiB: 1,000 posts a second for twenty minutes, at the 5 to 11 bytes that each takes in a <see cref="NonceWindow"/>.</summary>
    public const long DefaultBytes = 16 * 1024 * 1024;

    private long _left = bytes;

    public long Left => Interlocked.Read(ref _left);

    public bool TryTake(long amount)
    {
        while (true)
        {
            var left = Left;
            if (amount > left / 2) return false;
            if (Interlocked.CompareExchange(ref _left, left - amount, left) == left) return true;
        }
    }

    public void GiveBack(long amount) => Interlocked.Add(ref _left, amount);
}
