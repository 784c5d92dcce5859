using System.Collections.Immutable;
using Npgsql;
using Together.Actors.Channels;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <param name="File">As a message shows it.</param>
/// <param name="Hash">Of its content, in hexadecimal.</param>
/// <param name="ThumbnailHash">Null without one.</param>
public sealed record Upload(AttachmentRecord File, UserId UploaderId, string Hash, string? ThumbnailHash);

/// <summary>Where an upload has got to.</summary>
public enum UploadState
{
    /// <summary>Its uploader's alone.</summary>
    Unposted,

    /// <summary>About to be posted, or its message is removed for good.</summary>
    Reserved,

    Posted,

    /// <summary>Its message is deleted.</summary>
    Deleted,
}

/// <param name="ChannelId">Where it is posted; null while it is not.</param>
public readonly record struct PlacedUpload(Upload Upload, UploadState State, ChannelId? ChannelId);

/// <summary>
/// The uploads' rows, and which of them messages have taken. Two channels cannot take one: whoever posts it reserves it first, in
/// one statement. Any thread.
/// </summary>
public sealed class Uploads(NpgsqlDataSource source)
{
    /// <summary>How long an upload waits to be posted.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private const string FileColumns = "u.id, u.filename, u.content_type, u.size, u.width, u.height, u.thumbnail_hash is not null";

    /// <summary>All of them in their order, from here on this channel's alone; or null, and nothing is changed.</summary>
    public async Task<ImmutableArray<AttachmentRecord>?> ReserveAsync(ChannelId channel, UserId uploader, ImmutableArray<AttachmentId> ids, DateTimeOffset now)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand($"""
            update uploads u set channel_id = $1, reserved_at = $4
            where u.id = any($2) and u.uploader_id = $3 and u.created_at > $5 and (u.channel_id is null or u.channel_id = $1)
                and not exists (select from attachments a where a.id = u.id)
            returning {FileColumns}
            """, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = channel.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids.Select(id => id.Value)] });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = uploader.Value });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (now - Lifetime).UtcDateTime });
        var found = new Dictionary<AttachmentId, AttachmentRecord>();
        await using (var row = await command.ExecuteReaderAsync())
        {
            while (await row.ReadAsync())
            {
                var file = File(row);
                found[file.Id] = file;
            }
        }

        if (found.Count != ids.Length) return null;
        await transaction.CommitAsync();
        return [.. ids.Select(id => found[id])];
    }

    /// <summary>What was reserved and is not posted after all.</summary>
    public async Task ReleaseAsync(ChannelId channel, ImmutableArray<AttachmentRecord> files)
    {
        await using var command = source.CreateCommand("update uploads set channel_id = null, reserved_at = null where id = any($2) and channel_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = channel.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. files.Select(file => file.Id.Value)] });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>An upload and where it is; null when there is none.</summary>
    public async Task<PlacedUpload?> FindAsync(AttachmentId id, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            select {FileColumns}, u.uploader_id, u.hash, u.thumbnail_hash, u.channel_id is not null, a.channel_id, m.deleted_at is not null
            from uploads u left join attachments a on a.id = u.id left join messages m on m.channel_id = a.channel_id and m.id = a.message_id
            where u.id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id.Value });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation)) return null;
        var upload = new Upload(File(row), new UserId(row.GetGuid(7)), Hex(row, 8)!, Hex(row, 9));
        ChannelId? channel = row.IsDBNull(11) ? null : new ChannelId(row.GetGuid(11));
        var state = channel is not null ? row.GetBoolean(12) ? UploadState.Deleted : UploadState.Posted : row.GetBoolean(10) ? UploadState.Reserved : UploadState.Unposted;
        return new PlacedUpload(upload, state, channel);
    }

    private static AttachmentRecord File(NpgsqlDataReader row) => new(
        new AttachmentId(row.GetGuid(0)),
        row.GetString(1),
        row.GetString(2),
        row.GetInt64(3),
        row.IsDBNull(4) ? null : row.GetInt32(4),
        row.IsDBNull(5) ? null : row.GetInt32(5),
        row.GetBoolean(6));

    private static string? Hex(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : Convert.ToHexStringLower(row.GetFieldValue<byte[]>(column));
}
