using System.Buffers.Binary;
using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Host.Configuration;
using Together.Host.Database;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Files;

/// <summary>A file that is ready to be stored.</summary>
/// <param name="Staged">Its content.</param>
/// <param name="Hash">SHA-256 of it, in lower-case hexadecimal.</param>
/// <param name="Size">In bytes.</param>
public sealed record NewBlob(StagedFile Staged, string Hash, long Size);

/// <summary>
/// Files and their rows, of which neither is ever without the other for good: a file gets its place before its row is committed, and loses
/// its row before it is removed, both under a lock on its hash; a crash between the two leaves a file without a row, which
/// <see cref="SweepAsync"/> removes. Any thread; lives as long as the host.
/// </summary>
public sealed class FileStore : IDisposable
{
    /// <summary>"file" in ASCII: the class of the locks on hashes.</summary>
    private const int HashLock = 0x66696C65;

    /// <summary>A file is in its place for moments before its row is committed.</summary>
    private static readonly TimeSpan CommitTime = TimeSpan.FromHours(1);

    /// <summary>An upload can be reserved until the end of its life, and for moments is posted after it.</summary>
    private static readonly TimeSpan PostingTime = TimeSpan.FromHours(1);

    /// <summary>What was taken off stays fetchable for as long as caches and clients may still show it.</summary>
    private static readonly TimeSpan MediaAfterlife = TimeSpan.FromHours(24);

    private const int Chunk = 100;

    private const string Expired = """
        select id from uploads u
        where (channel_id is null and created_at < $1 or reserved_at < $2) and not exists (select from attachments a where a.id = u.id)
        limit $3
        """;

    private const string Unused = """
        select hash from blobs b where not exists (select from uploads u where u.hash = b.hash) and not exists (select from uploads u where u.thumbnail_hash = b.hash)
            and not exists (select from media m where m.hash = b.hash)
        """;

    /// <summary>They wait for each other anyway, in the row that counts all; what they hold meanwhile are connections that reads need.</summary>
    private readonly SemaphoreSlim _transactions = new(2);

    private readonly NpgsqlDataSource _database;
    private readonly IBlobStore _blobs;
    private readonly FilesOptions _options;
    private readonly TimeProvider _time;

    private FileStore(NpgsqlDataSource database, IBlobStore blobs, FilesOptions options, TimeProvider time) => (_database, _blobs, _options, _time) = (database, blobs, options, time);

    public IBlobStore Blobs => _blobs;

    /// <param name="directory">Where the files are; made when it is not there.</param>
    /// <exception cref="DatabaseRefusedException">It holds the files of another instance, or cannot be used.</exception>
    public static async Task<FileStore> OpenAsync(NpgsqlDataSource database, string directory, FilesOptions options, TimeProvider time, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select file_store_id::text from instance");
        var id = (string)(await command.ExecuteScalarAsync(cancellation))!;
        try
        {
            Directory.CreateDirectory(directory);
            var mark = Path.Combine(directory, "instance");
            if (!File.Exists(mark)) await File.WriteAllTextAsync(mark, id, cancellation);
            // Before anything in it is touched.
            if (await File.ReadAllTextAsync(mark, cancellation) != id)
                throw new DatabaseRefusedException($"{Path.GetFullPath(directory)} holds the files of another Together. Set TOGETHER_DATA_DIR to the directory that belongs to this database.");
            return new FileStore(database, new LocalBlobStore(directory), options, time);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseRefusedException($"Together cannot keep files in {Path.GetFullPath(directory)}: {failure.Message} Give the directory to the user that runs Together, or set TOGETHER_DATA_DIR to another one.", failure);
        }
    }

    /// <summary>Before a file is received: whether there would be room for it. It is counted again when it is stored.</summary>
    /// <param name="uploader">Null for an avatar or icon, which counts for nobody.</param>
    /// <param name="size">In bytes, at least.</param>
    /// <param name="cancellation">Of the request.</param>
    public async Task<Problem?> RefuseAsync(UserId? uploader, long size, CancellationToken cancellation)
    {
        if (_blobs.FreeBytes - size < _options.KeepFree) return new Problem(ErrorCode.QuotaExceeded, "The host's disk is nearly full.");
        await using var command = _database.CreateCommand("select owner_id <> $2, bytes from file_usage where owner_id = any(array[$1, $2])");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = uploader?.Value ?? Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.Empty });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            if (Exceeds(row.GetBoolean(0), row.GetInt64(1) + size) is { } problem) return problem;
        }

        return null;
    }

    /// <summary>Stores an upload, with its thumbnail if it has one. Null when it is stored for good; otherwise nothing is.</summary>
    public Task<Problem?> AddAsync(UserId uploader, AttachmentRecord file, NewBlob blob, NewBlob? thumbnail, CancellationToken cancellation) =>
        StoreAsync(thumbnail is null ? [blob] : [blob, thumbnail], async connection =>
        {
            var used = await CountAsync(connection, uploader.Value, blob.Size, cancellation);
            if (Exceeds(isUser: true, used) is { } full) return full;
            await using var insert = Command(connection, """
                insert into uploads (id, uploader_id, hash, thumbnail_hash, filename, content_type, size, width, height, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """,
                file.Id.Value, uploader.Value, Bytes(blob.Hash), thumbnail is null ? null : Bytes(thumbnail.Hash), file.Filename, file.ContentType, file.Size, file.Width, file.Height, Now);
            await insert.ExecuteNonQueryAsync(cancellation);
            return null;
        }, cancellation);

    /// <summary>Stores an avatar or icon for everybody. Null when it is stored for good; it is kept for a day without being used.</summary>
    public Task<Problem?> AddMediaAsync(NewBlob blob, string contentType, CancellationToken cancellation) =>
        StoreAsync([blob], async connection =>
        {
            await using var insert = Command(connection, "insert into media (hash, content_type, created_at) values ($1, $2, $3) on conflict (hash) do update set created_at = excluded.created_at",
                Bytes(blob.Hash), contentType, Now);
            await insert.ExecuteNonQueryAsync(cancellation);
            return null;
        }, cancellation);

    /// <summary>What an avatar or icon is; null when there is none under this hash.</summary>
    public async Task<string?> MediaTypeAsync(string hash, CancellationToken cancellation)
    {
        await using var command = _database.CreateCommand("select content_type from media where hash = $1");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(hash) });
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Removes all that nobody needs: uploads never posted or erased, former avatars, and files that a crash has left. Answers how many files went.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        while (await RemoveUploadsAsync(cancellation) == Chunk) { }
        await RemoveMediaAsync(cancellation);
        var removed = 0;
        foreach (var hash in await HashesAsync(Unused, cancellation)) removed += await RemoveAsync(hash, cancellation);
        foreach (var page in _blobs.StoredBefore(_time.GetUtcNow() - CommitTime).Chunk(Chunk))
        {
            await using var command = _database.CreateCommand("select encode(h, 'hex') from unnest($1) as h where not exists (select from blobs b where b.hash = h)");
            command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. page.Select(Bytes)] });
            var strays = new List<string>();
            await using (var row = await command.ExecuteReaderAsync(cancellation))
            {
                while (await row.ReadAsync(cancellation)) strays.Add(row.GetString(0));
            }

            foreach (var hash in strays) removed += await RemoveAsync(hash, cancellation);
        }

        return removed;
    }

    public void Dispose() => _transactions.Dispose();

    private async Task<Problem?> StoreAsync(NewBlob[] blobs, Func<NpgsqlConnection, Task<Problem?>> insertAsync, CancellationToken cancellation)
    {
        await _transactions.WaitAsync(cancellation);
        try
        {
            return await StoreNowAsync(blobs, insertAsync, cancellation);
        }
        finally
        {
            _transactions.Release();
        }
    }

    private async Task<Problem?> StoreNowAsync(NewBlob[] blobs, Func<NpgsqlConnection, Task<Problem?>> insertAsync, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Always in one order, so that two uploads do not wait for each other.
        foreach (var key in blobs.Select(blob => LockOf(blob.Hash)).Order())
        {
            await using var order = Command(connection, "select pg_advisory_xact_lock($1, $2)", HashLock, key);
            await order.ExecuteNonQueryAsync(cancellation);
        }

        if (await insertAsync(connection) is { } refused) return refused;
        foreach (var blob in blobs)
        {
            await using var insert = Command(connection, "insert into blobs (hash, size, stored_at) values ($1, $2, $3) on conflict do nothing", Bytes(blob.Hash), blob.Size, Now);
            if (await insert.ExecuteNonQueryAsync(cancellation) == 0) continue;
            var used = await CountAsync(connection, Guid.Empty, blob.Size, cancellation);
            if (Exceeds(isUser: false, used) is { } full) return full;
        }

        // Also what is there already: whatever became of that file, it is whole again.
        foreach (var blob in blobs) await _blobs.PutAsync(blob.Staged, blob.Hash);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    private async Task<int> RemoveUploadsAsync(CancellationToken cancellation)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = Command(connection, $"""
            with gone as (delete from uploads where id in ({Expired}) returning uploader_id, size),
            freed as (
                update file_usage f set bytes = f.bytes - g.bytes from (select uploader_id, sum(size) as bytes from gone group by uploader_id) g where f.owner_id = g.uploader_id)
            select count(*)::int from gone
            """, Now - Uploads.Lifetime - PostingTime, Now - PostingTime, Chunk);
        var removed = (int)(await command.ExecuteScalarAsync(cancellation))!;
        await transaction.CommitAsync(cancellation);
        return removed;
    }

    private async Task RemoveMediaAsync(CancellationToken cancellation)
    {
        await using var command = _database.CreateCommand("""
            delete from media m where created_at < $1
                and not exists (select from users u where u.avatar = encode(m.hash, 'hex')) and not exists (select from servers s where s.icon = encode(m.hash, 'hex'))
            """);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = Now - MediaAfterlife });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<List<string>> HashesAsync(string sql, CancellationToken cancellation)
    {
        await using var command = _database.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var hashes = new List<string>();
        while (await row.ReadAsync(cancellation)) hashes.Add(Convert.ToHexStringLower(row.GetFieldValue<byte[]>(0)));
        return hashes;
    }

    /// <summary>First the row, for good; then the file, while nobody can store it again.</summary>
    private async Task<int> RemoveAsync(string hash, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellation);
        await using var order = Command(connection, "select pg_advisory_lock($1, $2)", HashLock, LockOf(hash));
        await order.ExecuteNonQueryAsync(cancellation);
        try
        {
            await using (var transaction = await connection.BeginTransactionAsync(cancellation))
            {
                await using var delete = Command(connection, $"delete from blobs where hash = $1 and hash in ({Unused}) returning size", Bytes(hash));
                if (await delete.ExecuteScalarAsync(cancellation) is long size) await CountAsync(connection, Guid.Empty, -size, cancellation);
                await transaction.CommitAsync(cancellation);
            }

            await using var find = Command(connection, "select exists (select from blobs where hash = $1)", Bytes(hash));
            if ((bool)(await find.ExecuteScalarAsync(cancellation))!) return 0;
            _blobs.Remove(hash);
            return 1;
        }
        finally
        {
            await using var free = Command(connection, "select pg_advisory_unlock($1, $2)", HashLock, LockOf(hash));
            await free.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    /// <summary>Answers what the owner has with it. The row stays locked until the end: two uploads at once are counted one after the other.</summary>
    private static async Task<long> CountAsync(NpgsqlConnection connection, Guid owner, long bytes, CancellationToken cancellation)
    {
        await using var command = Command(connection, "insert into file_usage as f (owner_id, bytes) values ($1, $2) on conflict (owner_id) do update set bytes = f.bytes + excluded.bytes returning bytes", owner, bytes);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private Problem? Exceeds(bool isUser, long bytes) => isUser switch
    {
        true when bytes > _options.UserQuota => new Problem(ErrorCode.QuotaExceeded, $"Your files may have {_options.UserQuota} bytes together. Delete some messages with files first."),
        false when bytes > _options.TotalQuota => new Problem(ErrorCode.QuotaExceeded, "The space for files on this host is full. Its operator can give more (together.files.total-quota)."),
        _ => null,
    };

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    private static byte[] Bytes(string hash) => Convert.FromHexString(hash);

    private static int LockOf(string hash) => BinaryPrimitives.ReadInt32BigEndian(Bytes(hash));

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
