using System.Security.Cryptography;
using System.Text;
using Together.Protocol;

namespace Together.Actors.Channels;

/// <summary>
/// The nonces of the last ten to twenty minutes, as 64-bit hashes: one that is not here has certainly not been used in that
/// time, so a new message needs no look at the database; one that is here is looked up. One actor.
/// </summary>
internal sealed class NonceWindow(TimeProvider time)
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    /// <summary>65,536 hashes are about 1.5 MB. A channel that is busier than 100 messages a second for ten minutes asks the database instead.</summary>
    private const int GenerationMax = 65_536;

    private HashSet<ulong> _current = [];
    private HashSet<ulong> _previous = [];
    private long _since = time.GetTimestamp();
    private long _forgotAt;

    public void Add(UserId author, string nonce)
    {
        Turn();
        _current.Add(Hash(author, nonce));
    }

    public bool MayContain(UserId author, string nonce)
    {
        Turn();
        if (_forgotAt != 0 && time.GetElapsedTime(_forgotAt) < Length) return true;
        var hash = Hash(author, nonce);
        return _current.Contains(hash) || _previous.Contains(hash);
    }

    private void Turn()
    {
        var age = time.GetElapsedTime(_since);
        var full = _current.Count >= GenerationMax;
        if (age < Length && !full) return;
        // Whatever a full generation pushes out early makes the window unsure until it would have left anyway.
        if (full && _previous.Count > 0) _forgotAt = time.GetTimestamp();
        _previous = age < Length * 2 ? _current : [];
        _current = [];
        _since = time.GetTimestamp();
    }

    private static ulong Hash(UserId author, string nonce)
    {
        Span<byte> input = stackalloc byte[16 + Limits.NonceMax * 3];
        author.Value.TryWriteBytes(input);
        var length = 16 + Encoding.UTF8.GetBytes(nonce, input[16..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..length], hash);
        return BitConverter.ToUInt64(hash);
    }
}
