using System.Collections.Concurrent;
using Together.Protocol;

namespace Together.Host.Auth;

/// <summary>The answer to a password: whether it matches, and whether its hash was made with another cost than today's.</summary>
public readonly record struct PasswordCheck(bool Matches, bool NeedsRehash);

/// <summary>
/// Hashes and checks passwords on threads of its own, so that logins never take the request threads. Any thread may call;
/// lives as long as the host. At most <see cref="QueueLength"/> calls wait; the next answers
/// <see cref="ErrorCode.Overloaded"/> at once.
/// </summary>
public sealed class PasswordHasher : IDisposable
{
    /// <summary>About 300 ms each: with one worker the last of them waits ten seconds, as long as a person would.</summary>
    public const int QueueLength = 32;

    /// <summary>2^12 rounds: about 300 ms on one core of 2026.</summary>
    public const int DefaultCost = 12;

    private readonly BlockingCollection<Action> _work;
    private readonly Thread[] _workers;
    private readonly int _cost;
    private readonly string _dummy;

    public PasswordHasher(int cost = DefaultCost, int? parallelism = null, int queueLength = QueueLength)
    {
        Bcrypt.SelfTest();
        _cost = cost;
        _dummy = Bcrypt.Hash("nobody has this account", cost);
        _work = new BlockingCollection<Action>(queueLength);
        _workers = new Thread[parallelism ?? Math.Max(1, Environment.ProcessorCount / 2)];
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Run) { IsBackground = true, Name = $"password-hasher-{i}" };
            _workers[i].Start();
        }
    }

    /// <summary>The hash to store. The password must be one that <see cref="AccountRules"/> accepts.</summary>
    public Task<Outcome<string>> HashAsync(string password) =>
        Bcrypt.CanHash(password)
            ? Enqueue(() => Bcrypt.Hash(password, _cost))
            : throw new ArgumentException("not checked before", nameof(password));

    /// <summary>
    /// Checks a password. Without a hash (no such account) it does the same work against one that nobody has, and answers
    /// no: the time taken does not tell which usernames exist.
    /// </summary>
    public Task<Outcome<PasswordCheck>> CheckAsync(string password, string? hash)
    {
        if (!Bcrypt.CanHash(password)) return Task.FromResult<Outcome<PasswordCheck>>(new PasswordCheck(false, false));
        return Enqueue(() =>
        {
            var matches = Bcrypt.Verify(password, hash ?? _dummy) && hash is not null;
            return new PasswordCheck(matches, matches && Bcrypt.Cost(hash!) != _cost);
        });
    }

    /// <summary>Ends the workers after what is queued.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var worker in _workers) worker.Join();
        _work.Dispose();
    }

    private Task<Outcome<T>> Enqueue<T>(Func<T> compute)
    {
        var answer = new TaskCompletionSource<Outcome<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = _work.TryAdd(() =>
        {
            try
            {
                answer.SetResult(compute());
            }
            catch (Exception fault)
            {
                answer.SetException(fault);
            }
        });
        return queued ? answer.Task : Task.FromResult<Outcome<T>>(ErrorCode.Overloaded);
    }

    private void Run()
    {
        foreach (var job in _work.GetConsumingEnumerable()) job();
    }
}
