using System.Globalization;
using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Persistence;
using Together.Bench.Load;
using Together.Protocol.Channels;

namespace Together.Bench.Scenarios;

/// <summary>
/// What the database itself says, asked beside the host: every message that people posted in some channels, in the journal's order,
/// compared with the table. Read while nobody posts; any thread may look in between.
/// </summary>
internal sealed class StoredMessages(NpgsqlDataSource database, Action<string> fault)
{
    private readonly List<ReadMessage> _inOrder = [];
    private readonly Dictionary<string, ReadMessage> _byNonce = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _lastIds = new(StringComparer.Ordinal);
    private long _position;

    /// <summary>By ascending position.</summary>
    public IReadOnlyList<ReadMessage> InOrder => _inOrder;

    public IReadOnlyDictionary<string, ReadMessage> ByNonce => _byNonce;

    /// <summary>Where nobody edits or deletes.</summary>
    public IReadOnlyList<string> Channels { get; set; } = [];

    public async Task ReadAsync()
    {
        await using (var journal = database.CreateCommand("select position, manifest, payload from journal where position > $1 order by position"))
        {
            journal.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _position });
            await using var rows = await journal.ExecuteReaderAsync();
            while (await rows.ReadAsync())
                Take(rows.GetInt64(0), Manifests.Catalog.Read(rows.GetString(1), rows.GetFieldValue<byte[]>(2)));
        }
        await CompareWithTableAsync();
    }

    private void Take(long position, object happened)
    {
        if (position != _position + 1)
            fault(string.Create(CultureInfo.InvariantCulture, $"the journal goes from position {_position} to {position}"));
        _position = position;
        if (happened is not MessagePosted { Message: { Type: MessageType.Default } message } || !Channels.Contains(message.ChannelId.ToString()))
            return;

        var stored = new ReadMessage(position, message.ChannelId.ToString(), message.Id.ToString(), message.Nonce, message.Content);
        _inOrder.Add(stored);
        if (message.Nonce is { } nonce && !_byNonce.TryAdd(nonce, stored))
            fault($"nonce {nonce} is stored twice: {_byNonce[nonce]} and {stored}");
        if (_lastIds.TryGetValue(stored.ChannelId, out var last) && string.CompareOrdinal(last, stored.Id) >= 0)
            fault($"the ID does not ascend in its channel: {last}, then {stored}");
        _lastIds[stored.ChannelId] = stored.Id;
    }

    private async Task CompareWithTableAsync()
    {
        var byId = _inOrder.ToDictionary(message => message.Id, StringComparer.Ordinal);
        await using var table = database.CreateCommand("select id, channel_id, nonce, content from messages where type = 0 and channel_id = any($1)");
        table.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. Channels.Select(Guid.Parse)] });
        await using var rows = await table.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var id = rows.GetGuid(0).ToString();
            if (!byId.Remove(id, out var stored))
                fault($"the table has a message that the journal has not: {id}");
            else if (stored != stored with { ChannelId = rows.GetGuid(1).ToString(), Nonce = rows.GetString(2), Content = rows.GetString(3) })
                fault($"the table has another {stored}");
        }
        foreach (var missing in byId.Values)
            fault($"the table lacks {missing}");
    }
}
