using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Connections;
using Together.Actors.Persistence;
using Together.Actors.Runtime;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Bench.Load;
using Together.Host.Database;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Bench.Scenarios;

/// <summary>
/// The journal without what is in front of it: messages of 1,000 channels go straight to the writer, with their table rows, the views and
/// the log behind it, in this process. First as many as are taken; then 1,000 a second, by turns alone and beside poisoned appends, which
/// the database refuses, on this disk and as on a slow one.
/// </summary>
internal sealed class JournalAppends : IAsyncDisposable
{
    private const int Servers = 20;
    private const int ChannelsEach = 50;

    // Eight full batches wait while one is stored: a writer that has to wait for appends would be measured with them.
    private const int Window = 4_096;

    private const int EventsPerSecond = 1_000;

    // A poisoned append every 10 ms, at one of the 20 moments within them: on an event or between two.
    private const int TicksPerSecond = 2 * EventsPerSecond;
    private const int TicksPerPoison = TicksPerSecond / 100;

    // Without and with poison by turns, and the median of the rounds: what else the machine does meanwhile disturbs some of them.
    private const int Rounds = 5;

    // A hard disk's flush. Whatever commits more often because of an append that is refused falls behind there.
    private static readonly TimeSpan SlowCommit = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);

    // As hocon/reference.conf has them.
    private static readonly JournalSettings Settings = new(BatchEvents: 500, BatchBytes: 1 << 20, QueueBytes: 32 << 20, TailEvents: 10_000);

    private readonly NpgsqlDataSource _database;
    private readonly EventLog _log;
    private readonly JournalWriter _writer;
    private readonly IdSource _ids = new(TimeProvider.System);
    private readonly Random _random = new(1);
    private readonly IReadOnlyList<string> _texts;
    private readonly List<Author> _authors = [];
    private long _next;

    private JournalAppends(string connectionString)
    {
        _database = NpgsqlDataSource.Create(connectionString);
        _log = new EventLog(Settings, NullLogger<EventLog>.Instance);
        _log.Attach(new Dispatcher(new CommunityViews(), new ConnectionRegistry(new Presences(TimeSpan.FromSeconds(10), TimeProvider.System)), NullLogger<Dispatcher>.Instance));
        _writer = new JournalWriter(connectionString, _log, new CommunityProjection(), _ids, Settings, TimeProvider.System, NullLogger<JournalWriter>.Instance);
        _texts = [.. Enumerable.Range(0, 256).Select(_ => Text(_random.Next(100, 301)))];
    }

    public static async Task RunAsync(TimeSpan duration)
    {
        var report = new Report("journal");
        var directory = HostProcess.NewDirectory();
        try
        {
            await using var postgres = await BuiltInPostgres.StartAsync(Path.Combine(directory, "data"), NullLogger.Instance, CancellationToken.None);
            await using var journal = new JournalAppends(postgres.ConnectionString);
            await journal.StartAsync();
            await journal.SaturateAsync(Warmup);
            await journal.MeasureThroughputAsync(report, directory, duration);
            await journal.MeasurePoisonAsync(report, duration, "append");
            await journal.SlowCommitsAsync();
            await journal.MeasurePoisonAsync(report, duration, $"commits {SlowCommit.TotalMilliseconds} ms slower: append");
            await journal.AddFaultsAsync(report);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
        await report.WriteAsync(HostProcess.Limits);
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _log.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task StartAsync()
    {
        await Migrations.ApplyAsync(_database, NullLogger.Instance, CancellationToken.None);
        await _writer.StartAsync(() => Task.CompletedTask, CancellationToken.None);
        for (var server = 0; server < Servers; server++)
        {
            var created = Found(_ids.Next<ServerId>(), _ids.Next<UserId>());
            if (!await Offer(new Incarnation(EntityRef.Server(created.ServerId).PersistenceId), 1, created).Done)
                throw new InvalidOperationException("The servers could not be stored.");
            _authors.AddRange(created.Channels.Select(channel => new Author(created.Owner.UserId, channel)));
        }
    }

    private async Task MeasureThroughputAsync(Report report, string directory, TimeSpan duration)
    {
        bool IsOfPostgres(string workingDirectory) => workingDirectory.StartsWith(directory + "/", StringComparison.Ordinal);
        TimeSpan PostgresCpu() => ProcessUsage.WorkingIn(IsOfPostgres).Aggregate(TimeSpan.Zero, (sum, process) => sum + ProcessUsage.Of(process).Cpu);

        var (ownBefore, postgresBefore) = (Environment.CpuUsage.TotalTime, PostgresCpu());
        var (count, seconds) = await SaturateAsync(duration);
        report.AtLeast(15_000, $"durable events with their tables, {Servers * ChannelsEach:#,0} entities", count / seconds, "per second");
        report.Add("CPU per event, writer, log and load generator", (Environment.CpuUsage.TotalTime - ownBefore).TotalMicroseconds / count, "µs");
        report.Add("CPU per event, PostgreSQL", (PostgresCpu() - postgresBefore).TotalMicroseconds / count, "µs");
    }

    private async Task MeasurePoisonAsync(Report report, TimeSpan duration, string append)
    {
        using var loop = new EventLoop();
        var (pure, poisoned) = (new List<Histogram>(), new List<Histogram>());
        await OfferSteadilyAsync(loop, Warmup, isPoisoned: true);
        for (var round = 0; round < Rounds; round++)
        {
            pure.Add(await OfferSteadilyAsync(loop, duration / Rounds, isPoisoned: false));
            poisoned.Add(await OfferSteadilyAsync(loop, duration / Rounds, isPoisoned: true));
        }
        report.Add($"{append} p50", Median(pure, 0.50), "ms");
        report.Add($"{append} p99", Median(pure, 0.99), "ms");
        report.Add($"{append} p50, poisoned", Median(poisoned, 0.50), "ms");
        report.Add($"{append} p99, poisoned", Median(poisoned, 0.99), "ms");
        report.AtMost(2, $"{append} p99, poisoned to not", Median(poisoned, 0.99) / Median(pure, 0.99), "");

        static double Median(List<Histogram> rounds, double part) =>
            rounds.Select(round => round.Percentile(part).TotalMilliseconds).Order().ElementAt(Rounds / 2);
    }

    /// <summary>PostgreSQL waits before it flushes its log, as a slow disk would after.</summary>
    private async Task SlowCommitsAsync()
    {
        foreach (var sql in (string[])[$"alter system set commit_delay = {(int)SlowCommit.TotalMicroseconds}", "alter system set commit_siblings = 0", "select pg_reload_conf()"])
        {
            await using var command = _database.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>What is told to be stored is stored: each channel's last number in the journal, and one row for each message.</summary>
    private async Task AddFaultsAsync(Report report)
    {
        var journal = new Journal(_database, Manifests.Catalog);
        var lost = 0L;
        foreach (var author in _authors)
            lost += Math.Abs(author.SequenceNr - await journal.LastSequenceNrAsync(author.PersistenceId));
        report.AtMost(0, "faults: messages not in the journal, or not told", lost, "messages");
        await using var count = _database.CreateCommand("select count(*) from messages");
        var rows = (long)(await count.ExecuteScalarAsync())!;
        report.AtMost(0, "faults: messages without a row, or rows without one", Math.Abs(_authors.Sum(author => author.SequenceNr) - rows), "messages");
    }

    /// <summary>Sends the next message as soon as the one a window before it is stored. Answers how many were stored in how many seconds.</summary>
    private async Task<(long Count, double Seconds)> SaturateAsync(TimeSpan duration)
    {
        var under = new Append[Window];
        var began = TimeProvider.System.GetTimestamp();
        var sent = 0L;
        for (; TimeProvider.System.GetElapsedTime(began) < duration; sent++)
        {
            if (sent >= Window)
                await RequireStoredAsync(under[sent % Window]);
            under[sent % Window] = Post();
        }
        foreach (var last in under.Take((int)Math.Min(sent, Window)))
            await RequireStoredAsync(last);
        return (sent, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>Answers the latencies of what was stored.</summary>
    private async Task<Histogram> OfferSteadilyAsync(EventLoop loop, TimeSpan duration, bool isPoisoned)
    {
        var latencies = new Histogram();
        var (stored, refused) = (new List<Task<TimeSpan>>(), new List<Append>());
        var (tick, poisonAt) = (0, 0);
        Schedule.OpenLoop(loop, TicksPerSecond, duration, intended =>
        {
            if (tick % TicksPerPoison == 0)
                poisonAt = tick + _random.Next(TicksPerPoison);
            if (isPoisoned && tick == poisonAt)
                refused.Add(PostPoison());
            if (tick++ % 2 == 0)
                stored.Add(StoredAfterAsync(Post(), intended));
        });
        foreach (var latency in await Task.WhenAll(stored).WithinAsync(Drain, "an answer to every append"))
            latencies.Record(latency);
        foreach (var append in refused)
        {
            if (await append.Done)
                throw new InvalidOperationException("An append that PostgreSQL cannot store was acknowledged.");
        }
        return latencies;
    }

    private static async Task<TimeSpan> StoredAfterAsync(Append append, long intended)
    {
        await RequireStoredAsync(append);
        return TimeProvider.System.GetElapsedTime(intended);
    }

    private static async Task RequireStoredAsync(Append append)
    {
        if (!await append.Done)
            throw new InvalidOperationException("An append was refused.");
    }

    private Append Post()
    {
        var author = _authors[(int)(_next % _authors.Count)];
        return Offer(author.Incarnation, ++author.SequenceNr, author.Say(_texts[(int)(_next++ % _texts.Count)], TimeProvider.System.GetUtcMilliseconds()));
    }

    /// <summary>Of an entity of its own, since a failed append fails all that its entity decides on it. PostgreSQL's text holds no NUL.</summary>
    private Append PostPoison()
    {
        var author = new Author(_ids.Next<UserId>(), _authors[0].Channel with { Id = _ids.Next<ChannelId>() });
        return Offer(author.Incarnation, 1, author.Say("NUL \0", TimeProvider.System.GetUtcMilliseconds()));
    }

    private Append Offer(Incarnation incarnation, long sequenceNr, DomainEvent happened)
    {
        var append = new Append(incarnation, sequenceNr, [happened], Manifests.Catalog, TimeProvider.System.GetUtcMilliseconds(), null, new Reply(null));
        _writer.TryAppend(append);
        return append;
    }

    private ServerCreated Found(ServerId id, UserId owner)
    {
        var now = TimeProvider.System.GetUtcMilliseconds();
        return new ServerCreated(
            id, owner, new ServerRecord(id, "Journal", owner, now),
            new RoleRecord(RoleId.Everyone(id), id, "@everyone", 0, false, false, 0, Permissions.EveryoneDefault, now),
            [.. Enumerable.Range(0, ChannelsEach).Select(index => new ChannelRecord(_ids.Next<ChannelId>(), id, ChannelType.Text, $"journal-{index}", null, null, index, []))],
            new MemberRecord(owner, [], now));
    }

    /// <summary>Words of two to nine letters, so many that it has this length.</summary>
    private string Text(int length)
    {
        var text = new char[length];
        for (var (index, left) = (0, 0); index < length; index++)
        {
            text[index] = left == 0 && index > 0 ? ' ' : (char)('a' + _random.Next(26));
            left = left == 0 ? _random.Next(2, 10) : left - 1;
        }
        return new string(text);
    }

    /// <summary>Who posts in one channel, and how far the channel is.</summary>
    private sealed class Author(UserId id, ChannelRecord channel)
    {
        private MessageId _last;

        public ChannelRecord Channel => channel;

        public string PersistenceId => Incarnation.PersistenceId;

        public Incarnation Incarnation { get; } = new(EntityRef.Channel(channel.Id, channel.ServerId).PersistenceId);

        public long SequenceNr { get; set; }

        public MessagePosted Say(string text, DateTimeOffset now)
        {
            _last = new MessageId(UuidV7.Next(_last.Value, now));
            return new MessagePosted(channel.Id, channel.ServerId, new MessageRecord(_last, channel.Id, channel.ServerId, id, text, null, null, [], [], false));
        }
    }
}
