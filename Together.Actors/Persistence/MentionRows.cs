using Npgsql;
using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Protocol;

namespace Together.Actors.Persistence;

/// <summary>What a mention can name, and what names somebody. The one place that says so, for the table and for memory. Pure.</summary>
internal static class MentionTargets
{
    /// <summary>Whom the message names: users, roles, and for everybody the server, whose ID is the role's of everybody.</summary>
    public static HashSet<Guid> Of(MessageRecord message)
    {
        HashSet<Guid> targets = [.. message.MentionIds.Select(id => id.Value), .. message.MentionRoleIds.Select(id => id.Value)];
        if (message is { MentionEveryone: true, ServerId: { } server }) targets.Add(server.Value);
        return targets;
    }

    /// <summary>What names this member.</summary>
    public static Guid[] Of(ServerState server, MemberRecord member) => [member.UserId.Value, server.Id.Value, .. member.RoleIds.Select(id => id.Value)];

    /// <summary>What names the user there; nothing when they are not in.</summary>
    public static Guid[] Of(AnyChannel channel, UserId user) =>
        channel.Private is { } conversation ? conversation.MemberIds.Contains(user) ? [user.Value] : []
        : channel.Server!.Members.TryGetValue(user, out var member) ? Of(channel.Server, member) : [];
}

/// <summary>
/// The share of a batch in the table <c>mentions</c>. An edit only takes away: what several of a batch leave is what each of
/// them leaves, in whatever batches they come. One writer.
/// </summary>
internal sealed class MentionRows
{
    private const string DeleteEdited = """
        delete from mentions m using unnest($1::uuid[], $2::uuid[], $3::text[]) as x(channel_id, message_id, targets)
        where m.channel_id = x.channel_id and m.message_id = x.message_id and m.target <> all(string_to_array(x.targets, ',')::uuid[])
        """;

    private const string DeleteMessages =
        "delete from mentions m using unnest($1::uuid[], $2::uuid[]) as x(channel_id, message_id) where m.channel_id = x.channel_id and m.message_id = x.message_id";

    private const string Insert = """
        insert into mentions (target, channel_id, message_id, author_id, server_id, position)
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[])
        on conflict do nothing
        """;

    private readonly Dictionary<(Guid Channel, Guid Id), Posted> _posted = [];
    private readonly Dictionary<(Guid Channel, Guid Id), HashSet<Guid>> _left = [];
    private readonly HashSet<(Guid Channel, Guid Id)> _deleted = [];
    private readonly HashSet<Guid> _channels = [];
    private readonly HashSet<Guid> _servers = [];

    public void Add(LogEntry entry)
    {
        switch (entry.Event)
        {
            case MessagePosted e:
                if (MentionTargets.Of(e.Message) is { Count: > 0 } targets) _posted[(e.ChannelId.Value, e.Message.Id.Value)] = new Posted(e.Message, targets, entry.Position);
                break;
            case MessageEdited e:
                Edit((e.ChannelId.Value, e.Message.Id.Value), MentionTargets.Of(e.Message));
                break;
            case MessageDeleted e:
                Delete((e.ChannelId.Value, e.MessageId.Value));
                break;
            case MessagesBulkDeleted e:
                foreach (var id in e.MessageIds) Delete((e.ChannelId.Value, id.Value));
                break;
            case MessagesErased e:
                foreach (var id in e.MessageIds) Delete((e.ChannelId.Value, id.Value));
                break;
            case ChannelDeleted e:
                Forget(message => message.ChannelId == e.Channel.Id);
                _channels.Add(e.Channel.Id.Value);
                break;
            case ServerDeleted e:
                Forget(message => message.ServerId == e.ServerId);
                _servers.Add(e.ServerId.Value);
                break;
        }
    }

    public void WriteCommands(NpgsqlBatch batch)
    {
        if (_servers.Count > 0) batch.BatchCommands.Add(Sql.Command("delete from mentions where server_id = any($1)", Sql.Array(_servers, id => id)));
        if (_channels.Count > 0) batch.BatchCommands.Add(Sql.Command("delete from mentions where channel_id = any($1)", Sql.Array(_channels, id => id)));
        if (_deleted.Count > 0) batch.BatchCommands.Add(Sql.Command(DeleteMessages, Sql.Array(_deleted, key => key.Channel), Sql.Array(_deleted, key => key.Id)));
        if (_left.Count > 0)
        {
            batch.BatchCommands.Add(Sql.Command(
                DeleteEdited,
                Sql.Array(_left.Keys, key => key.Channel),
                Sql.Array(_left.Keys, key => key.Id),
                Sql.Array(_left.Values, targets => string.Join(',', targets))));
        }

        List<(Guid Target, Posted Posted)> rows = [.. _posted.Values.SelectMany(posted => posted.Targets.Select(target => (target, posted)))];
        if (rows.Count == 0) return;
        batch.BatchCommands.Add(Sql.Command(
            Insert,
            Sql.Array(rows, row => row.Target),
            Sql.Array(rows, row => row.Posted.Message.ChannelId.Value),
            Sql.Array(rows, row => row.Posted.Message.Id.Value),
            Sql.Array(rows, row => row.Posted.Message.AuthorId.Value),
            Sql.Array(rows, row => row.Posted.Message.ServerId?.Value),
            Sql.Array(rows, row => row.Posted.Position)));
    }

    public void Clear()
    {
        _posted.Clear();
        _left.Clear();
        _deleted.Clear();
        _channels.Clear();
        _servers.Clear();
    }

    private void Edit((Guid Channel, Guid Id) key, HashSet<Guid> targets)
    {
        if (_posted.TryGetValue(key, out var posted)) posted.Targets.IntersectWith(targets);
        else if (_left.TryGetValue(key, out var left)) left.IntersectWith(targets);
        else _left[key] = targets;
    }

    private void Delete((Guid Channel, Guid Id) key)
    {
        if (!_posted.Remove(key)) _deleted.Add(key);
    }

    private void Forget(Func<MessageRecord, bool> isOfIt)
    {
        foreach (var (key, posted) in _posted)
        {
            if (isOfIt(posted.Message)) _posted.Remove(key);
        }
    }

    private sealed record Posted(MessageRecord Message, HashSet<Guid> Targets, long Position);
}
