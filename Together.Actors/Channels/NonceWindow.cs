using Together.Protocol;

namespace Together.Actors.Channels;

/// <summary>
/// The nonces of the last ten to twenty minutes, as 32-bit hashes: one that is not here has certainly not been used in that
/// time, so a new message needs no look at the database; one that is here is looked up. Where the node's budget allows no more
/// it forgets early, and takes every nonce for a possible repetition until what it forgot would have left anyway. One actor,
/// which has to <see cref="Clear"/> it at its end.
/// </summary>
internal sealed class NonceWindow(TimeProvider time, NonceBudget budget)
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    private Generation _current = new(budget);
    private Generation _previous = new(budget);
    private long _since = time.GetTimestamp();
    private long? _newestForgotten;

    public void Add(UserId author, string nonce)
    {
        Age();
        var hash = Hash(author, nonce);
        if (_current.TryAdd(hash)) return;
        if (!_previous.IsEmpty)
        {
            ForgetPrevious();
            if (_current.TryAdd(hash)) return;
        }

        // What has grown as large as it may makes room for a smaller one; when there is none even for that, this nonce is
        // forgotten with the rest.
        Turn();
        if (!_current.TryAdd(hash)) ForgetPrevious();
    }

    public bool MayContain(UserId author, string nonce)
    {
        Age();
        if (_newestForgotten is { } newest && time.GetElapsedTime(newest) < Length) return true;
        var hash = Hash(author, nonce);
        return _current.Contains(hash) || _previous.Contains(hash);
    }

    /// <summary>Gives all memory back.</summary>
    public void Clear()
    {
        _current.Clear();
        _previous.Clear();
    }

    private void Age()
    {
        var age = time.GetElapsedTime(_since);
        if (age < Length) return;
        if (age >= Length * 2) _current.Clear();
        Turn();
    }

    private void Turn()
    {
        _previous.Clear();
        (_current, _previous) = (_previous, _current);
        _since = time.GetTimestamp();
    }

    private void ForgetPrevious()
    {
        _previous.Clear();
        // None of it came later.
        _newestForgotten = _since;
    }

    /// <summary>Of the process's own seed, so that nobody can choose nonces that collide. Never 0.</summary>
    private static uint Hash(UserId author, string nonce) => Math.Max(1, (uint)HashCode.Combine(author, nonce));

    /// <summary>A set of hashes with open addressing and linear probing: 4 bytes a slot, from three eighths to three quarters full.</summary>
    private sealed class Generation(NonceBudget budget)
    {
        private const int SlotsMin = 16;

        private uint[] _slots = [];
        private int _count;

        public bool IsEmpty => _count == 0;

        public bool Contains(uint hash) => !IsEmpty && _slots[Find(hash)] == hash;

        /// <summary>False when there is no room.</summary>
        public bool TryAdd(uint hash)
        {
            if (Contains(hash)) return true;
            if ((_count + 1) * 4L > _slots.Length * 3L && !TryGrow()) return false;
            _slots[Find(hash)] = hash;
            _count++;
            return true;
        }

        public void Clear()
        {
            budget.GiveBack(Bytes(_slots.Length));
            (_slots, _count) = ([], 0);
        }

        private bool TryGrow()
        {
            var length = Math.Max(SlotsMin, _slots.Length * 2);
            if (!budget.TryTake(Bytes(length) - Bytes(_slots.Length))) return false;
            var slots = _slots;
            _slots = new uint[length];
            foreach (var hash in slots)
            {
                if (hash != 0) _slots[Find(hash)] = hash;
            }

            return true;
        }

        /// <summary>Where the hash is or would be.</summary>
        private int Find(uint hash)
        {
            var last = _slots.Length - 1;
            var slot = (int)(hash & last);
            while (_slots[slot] != 0 && _slots[slot] != hash) slot = (slot + 1) & last;
            return slot;
        }

        /// <summary>With the array's header and length.</summary>
        private static long Bytes(int slots) => slots == 0 ? 0 : 24 + slots * (long)sizeof(uint);
    }
}
