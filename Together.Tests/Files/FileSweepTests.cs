using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Actors.Runtime;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Host;
using Together.Host.Configuration;
using Together.Host.Database;
using Together.Host.Files;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using Together.Tests.Actors.Persistence;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Files;

/// <summary>What becomes of files with time, and how much of them there may be.</summary>
public sealed class FileSweepTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private TestDatabase _database = null!;
    private Node? _node;
    private UserId _owner;
    private ChannelId _channel;
    private ServerId _server;

    private FileStore Files => _node!.Files;

    private EntityRef Channel => EntityRef.Channel(_channel, _server);

    private string Root => _database.Directory["files"];

    public async ValueTask InitializeAsync() => _database = await postgres.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Fact]
    public async Task an_upload_that_is_never_posted_goes_when_it_can_no_longer_be()
    {
        await StartAsync();
        var upload = await UploadAsync("never posted");
        _clock.Advance(Day);
        await AssertKeptAsync(upload);
        Assert.Equal(ErrorCode.InvalidBody, (await PostAsync(upload.Id)).Error);
        _clock.Advance(Hour);
        await AssertKeptAsync(upload);
        _clock.Advance(Moment);
        await AssertGoneAsync(upload);
    }

    [Fact]
    public async Task an_upload_can_be_posted_for_a_day_and_stays()
    {
        await StartAsync();
        var upload = await UploadAsync("posted");
        _clock.Advance(Day - Moment);
        Assert.Null((await PostAsync(upload.Id)).Error);
        _clock.Advance(365 * Day);
        await AssertKeptAsync(upload);
    }

    [Fact]
    public async Task what_was_reserved_by_a_host_that_crashed_goes_an_hour_later()
    {
        await StartAsync();
        var upload = await UploadAsync("reserved");
        _clock.Advance(Day - Moment);
        Assert.NotNull(await _node!.Uploads.ReserveAsync(_channel, _owner, [upload.Id], _clock.Now));
        Assert.Null(await _node.Uploads.ReserveAsync(_node.Ids.Next<ChannelId>(), _owner, [upload.Id], _clock.Now));
        _clock.Advance(Hour);
        await AssertKeptAsync(upload);
        _clock.Advance(Moment);
        await AssertGoneAsync(upload);
    }

    [Fact]
    public async Task what_is_erased_takes_its_file_with_it()
    {
        await StartAsync();
        var upload = await UploadAsync("secret", thumbnail: "small secret");
        var posted = (Posted)(await PostAsync(upload.Id)).Value!;
        Assert.Null((await AskAsync(Channel, new DeleteMessage(_owner, posted.Message.Id))).Error);
        _clock.Advance(30 * Day - Moment);
        await _node!.Retention.SweepAsync();
        await AssertKeptAsync(upload);
        Assert.Equal(UploadState.Deleted, (await FindAsync(upload))!.Value.State);

        _clock.Advance(Moment);
        Assert.Equal(1, await _node.Retention.SweepAsync());
        // A channel cannot take it again.
        Assert.Equal(UploadState.Reserved, (await FindAsync(upload))!.Value.State);
        Assert.Null(await _node.Uploads.ReserveAsync(_channel, _owner, [upload.Id], _clock.Now));
        await AssertGoneAsync(upload, files: 2);
        Assert.False(File.Exists(PathOf("small secret")));
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from attachments"));
    }

    [Fact]
    public async Task a_content_stays_for_as_long_as_one_upload_or_picture_is_of_it()
    {
        await StartAsync();
        var first = await UploadAsync("shared");
        _clock.Advance(Hour);
        var second = await UploadAsync("shared", await UserAsync("other"));
        Assert.Null(await AddMediaAsync("shared"));
        Assert.Equal((6, 6, 6), (await UsedAsync(_owner), await UsedAsync(second.Owner), await UsedAsync(null)));
        _clock.Advance(Day + Moment);
        await Files.SweepAsync(default);
        Assert.Null(await FindAsync(first));
        Assert.NotNull(await FindAsync(second));
        Assert.True(File.Exists(PathOf("shared")));
        Assert.Equal((0, 6, 6), (await UsedAsync(_owner), await UsedAsync(second.Owner), await UsedAsync(null)));

        // What is left is the upload first, then the picture.
        Assert.Null(await AddMediaAsync("shared"));
        _clock.Advance(Hour);
        Assert.Equal(0, await Files.SweepAsync(default));
        Assert.Null(await FindAsync(second));
        Assert.True(File.Exists(PathOf("shared")));
        _clock.Advance(Day);
        Assert.Equal(1, await Files.SweepAsync(default));
        Assert.False(File.Exists(PathOf("shared")));
        Assert.Equal((0, 0), (await UsedAsync(second.Owner), await UsedAsync(null)));
    }

    [Fact]
    public async Task a_former_picture_stays_for_a_day_and_the_one_in_use_for_ever()
    {
        await StartAsync();
        foreach (var content in (string[])["former", "present"])
        {
            Assert.Null(await AddMediaAsync(content));
            Assert.Null((await AskAsync(EntityRef.User(_owner), new ChangeAvatar(Hash(content)))).Error);
        }

        Assert.Null(await AddMediaAsync("icon"));
        Assert.Null((await AskAsync(EntityRef.Server(_server), new ChangeIcon(_owner, Hash("icon")))).Error);
        _clock.Advance(Day);
        Assert.Equal(0, await Files.SweepAsync(default));
        Assert.Equal("image/webp", await Files.MediaTypeAsync(Hash("former"), default));
        _clock.Advance(Moment);
        Assert.Equal(1, await Files.SweepAsync(default));
        Assert.Null(await Files.MediaTypeAsync(Hash("former"), default));
        Assert.False(File.Exists(PathOf("former")));
        foreach (var content in (string[])["present", "icon"])
        {
            Assert.Equal("image/webp", await Files.MediaTypeAsync(Hash(content), default));
            Assert.True(File.Exists(PathOf(content)));
        }
    }

    [Fact]
    public async Task a_file_that_a_crash_left_without_a_row_goes_after_an_hour()
    {
        await StartAsync();
        var upload = await UploadAsync("has a row");
        var (old, fresh) = (PathOf("old stray"), PathOf("fresh stray"));
        foreach (var path in (string[])[old, fresh])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "stray");
        }

        File.SetLastWriteTimeUtc(old, (_clock.Now - Hour - Moment).UtcDateTime);
        File.SetLastWriteTimeUtc(fresh, (_clock.Now - Hour + Moment).UtcDateTime);
        File.SetLastWriteTimeUtc(PathOf("has a row"), (_clock.Now - Day).UtcDateTime);
        Assert.Equal(1, await Files.SweepAsync(default));
        Assert.Equal((false, true), (File.Exists(old), File.Exists(fresh)));
        await AssertKeptAsync(upload);
    }

    [Fact]
    public async Task more_than_are_removed_at_once_go_in_one_sweep()
    {
        await StartAsync();
        for (var i = 0; i < 101; i++) await UploadAsync($"{i}");
        _clock.Advance(Day + Hour + Moment);
        Assert.Equal(101, await Files.SweepAsync(default));
        Assert.Equal((0, 0), (await UsedAsync(_owner), await UsedAsync(null)));
    }

    [Fact]
    public async Task of_uploads_that_race_for_the_last_place_exactly_what_fits_passes()
    {
        await StartAsync(files => files with { UserQuota = 10 });
        Assert.Null(await AddAsync(_owner, "0123456"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => AddAsync(_owner, $"ab{i}")));
        Assert.Equal(1, answers.Count(refused => refused is null));
        Assert.All(answers.OfType<Problem>(), refused => Assert.Equal((ErrorCode.QuotaExceeded, true), (refused.Code, refused.Detail!.StartsWith("Your files", StringComparison.Ordinal))));
        await AssertCountedAsync(10);
        // Another user has a quota of their own.
        Assert.Null(await AddAsync(await UserAsync("other"), "0123456789"));
    }

    [Fact]
    public async Task the_quota_of_all_is_counted_by_contents_and_refuses_without_a_trace()
    {
        await StartAsync(files => files with { TotalQuota = 10 });
        var others = new List<UserId>();
        for (var i = 0; i < 5; i++) others.Add(await UserAsync($"other{i}"));
        Assert.Null(await AddAsync(_owner, "0123456"));
        // The same content takes no more room.
        Assert.Null(await AddAsync(others[0], "0123456"));
        var answers = await Task.WhenAll(others.Select((user, i) => AddAsync(user, $"ab{i}")));
        Assert.Equal(1, answers.Count(refused => refused is null));
        Assert.All(answers.OfType<Problem>(), refused => Assert.Equal((ErrorCode.QuotaExceeded, true), (refused.Code, refused.Detail!.Contains("operator", StringComparison.Ordinal))));
        await AssertCountedAsync(10);
    }

    [Fact]
    public async Task what_the_sweep_removes_can_be_used_again()
    {
        await StartAsync(files => files with { UserQuota = 10, TotalQuota = 10 });
        Assert.Null(await AddAsync(_owner, "0123456789"));
        Assert.Equal(ErrorCode.QuotaExceeded, (await AddAsync(_owner, "x"))!.Code);
        Assert.NotNull(await Files.RefuseAsync(_owner, 1, default));
        _clock.Advance(Day + Hour + Moment);
        Assert.Equal(1, await Files.SweepAsync(default));
        Assert.Null(await Files.RefuseAsync(_owner, 10, default));
        Assert.Null(await AddAsync(_owner, "abcdefghij"));
        await AssertCountedAsync(10);
    }

    [Fact]
    public async Task another_instances_folder_is_refused_and_left_alone()
    {
        await StartAsync();
        var stray = PathOf("stray");
        Directory.CreateDirectory(Path.GetDirectoryName(stray)!);
        await File.WriteAllTextAsync(stray, "stray");
        File.SetLastWriteTimeUtc(stray, (_clock.Now - Day).UtcDateTime);
        await File.WriteAllTextAsync(Path.Combine(Root, "staging", "half"), "half");

        await using var database = await postgres.CreateEmptyDatabaseAsync();
        var refused = await Assert.ThrowsAsync<DatabaseRefusedException>(() => TestHost.StartAsync(postgres, options => options with { DataDirectory = _database.Directory.Path }, database));
        Assert.Equal($"{Root} holds the files of another Together. Set TOGETHER_DATA_DIR to the directory that belongs to this database.", refused.Message);
        Assert.Equal((true, true), (File.Exists(stray), File.Exists(Path.Combine(Root, "staging", "half"))));
    }

    [Fact]
    public async Task files_are_for_the_host_alone()
    {
        await StartAsync();
        await UploadAsync("secret");
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (var directory in (string[])[Path.Combine(Root, "staging"), Path.GetDirectoryName(PathOf("secret"))!]) Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(directory) & Others);
    }

    private sealed record Stored(AttachmentId Id, UserId Owner, string Content);

    private async Task StartAsync(Func<FilesOptions, FilesOptions>? change = null)
    {
        var options = TogetherOptions.Load(CommunityStory.Environment(_database));
        options = options with
        {
            Channels = new ChannelsOptions { Welcome = false },
            Retention = new RetentionOptions { DeletedMessages = 30 * Day },
            Files = change?.Invoke(options.Files) ?? options.Files,
        };
        _node = await Node.StartAsync(options, _clock, new RecordingLogger().AsFactory(), CancellationToken.None);
        _owner = await UserAsync("owner");
        _server = _node.Ids.Next<ServerId>();
        var server = (ServerState)(await AskAsync(EntityRef.Server(_server), new CreateServer(_owner, _server, "Garden"))).Value!;
        _channel = server.Channels.Values.Single(channel => channel.Type == ChannelType.Text).Id;
    }

    private async Task<UserId> UserAsync(string name)
    {
        var user = _node!.Ids.Next<UserId>();
        Assert.Null((await AskAsync(EntityRef.User(user), new RegisterUser(new UserRecord(user, name, _clock.GetUtcMilliseconds())))).Error);
        return user;
    }

    private Task<Reply> AskAsync(EntityRef entity, object command) => _node!.Region.AskAsync(entity, command);

    private Task<Reply> PostAsync(params ImmutableArray<AttachmentId> files) => AskAsync(Channel, new PostMessage(_owner, "", null) { AttachmentIds = files });

    private async Task<Stored> UploadAsync(string content, UserId? owner = null, string? thumbnail = null)
    {
        var stored = new Stored(_node!.Ids.Next<AttachmentId>(), owner ?? _owner, content);
        Assert.Null(await AddAsync(stored.Owner, content, stored.Id, thumbnail));
        return stored;
    }

    private async Task<Problem?> AddAsync(UserId owner, string content, AttachmentId? id = null, string? thumbnail = null)
    {
        using var staging = new Staging(Files.Blobs);
        var blob = await StageAsync(staging, content);
        var file = new AttachmentRecord(id ?? _node!.Ids.Next<AttachmentId>(), "file", "text/plain", blob.Size, null, null, thumbnail is not null);
        return await Files.AddAsync(owner, file, blob, thumbnail is null ? null : await StageAsync(staging, thumbnail), default);
    }

    private async Task<Problem?> AddMediaAsync(string content)
    {
        using var staging = new Staging(Files.Blobs);
        return await Files.AddMediaAsync(await StageAsync(staging, content), "image/webp", default);
    }

    private static async Task<NewBlob> StageAsync(Staging staging, string content)
    {
        var staged = staging.Next();
        await File.WriteAllTextAsync(staged.Path, content);
        return new NewBlob(staged, Hash(content), Encoding.UTF8.GetByteCount(content));
    }

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private string PathOf(string content) => Path.Combine(Root, Hash(content)[..2], Hash(content));

    private Task<PlacedUpload?> FindAsync(Stored upload) => _node!.Uploads.FindAsync(upload.Id, default);

    private Task<long> UsedAsync(UserId? owner) => _database.ScalarAsync<long>($"select coalesce(sum(bytes), 0)::bigint from file_usage where owner_id = '{owner?.Value ?? Guid.Empty}'");

    private async Task AssertKeptAsync(Stored upload)
    {
        Assert.Equal(0, await Files.SweepAsync(default));
        Assert.NotNull(await FindAsync(upload));
        Assert.Equal(upload.Content, await File.ReadAllTextAsync(PathOf(upload.Content)));
    }

    private async Task AssertGoneAsync(Stored upload, int files = 1)
    {
        Assert.Equal(files, await Files.SweepAsync(default));
        Assert.Null(await FindAsync(upload));
        Assert.False(File.Exists(PathOf(upload.Content)));
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from blobs"));
        Assert.Equal((0, 0), (await UsedAsync(upload.Owner), await UsedAsync(null)));
    }

    /// <summary>What is counted is what is there, for all and in all.</summary>
    private async Task AssertCountedAsync(long total)
    {
        Assert.Equal(total, await UsedAsync(null));
        Assert.Equal(total, await _database.ScalarAsync<long>("select coalesce(sum(size), 0)::bigint from blobs"));
        Assert.Equal(0, await _database.ScalarAsync<long>($"""
            select count(*) from file_usage f where owner_id <> '{Guid.Empty}' and bytes <> (select coalesce(sum(size), 0) from uploads u where u.uploader_id = f.owner_id)
            """));
        Assert.Equal(await _database.ScalarAsync<long>("select count(*) from blobs"), Directory.EnumerateDirectories(Root).Where(path => Path.GetFileName(path).Length == 2).SelectMany(Directory.EnumerateFiles).Count());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Root, "staging")));
    }
}
