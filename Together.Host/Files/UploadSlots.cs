using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Files;

/// <summary>How many uploads go on at once, so that slow or endless ones hold up nobody but their senders. Any thread.</summary>
/// <param name="perUser">At most, of one user.</param>
/// <param name="total">At most, of all.</param>
public sealed class UploadSlots(int perUser, int total)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UserId, int> _users = [];
    private int _taken;

    /// <summary>Null, and a refusal, when there is none; otherwise dispose it when the upload has ended.</summary>
    public IDisposable? Take(UserId user, out Problem? busy)
    {
        lock (_lock)
        {
            var own = _users.GetValueOrDefault(user);
            busy = own >= perUser ? new Problem(ErrorCode.RateLimited, $"Up to {perUser} files can be sent at once.", RetryAfterSeconds: 1)
                : _taken >= total ? new Problem(ErrorCode.Overloaded, RetryAfterSeconds: 1)
                : null;
            if (busy is not null) return null;
            _users[user] = own + 1;
            _taken++;
            return new Slot(this, user);
        }
    }

    private void Free(UserId user)
    {
        lock (_lock)
        {
            _taken--;
            if (--_users[user] == 0) _users.Remove(user);
        }
    }

    private sealed class Slot(UploadSlots slots, UserId user) : IDisposable
    {
        public void Dispose() => slots.Free(user);
    }
}
