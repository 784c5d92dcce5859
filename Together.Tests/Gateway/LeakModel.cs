using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>The bits of the protocol's §3, once more: the model shares nothing with what it checks.</summary>
internal static class Bit
{
    public const ulong View = 1UL << 0;
    public const ulong Send = 1UL << 1;
    public const ulong ManageMessages = 1UL << 2;
    public const ulong AddReactions = 1UL << 4;
    public const ulong Mute = 1UL << 7;
    public const ulong Kick = 1UL << 8;
    public const ulong Ban = 1UL << 9;
    public const ulong ManageChannels = 1UL << 10;
    public const ulong ManageServer = 1UL << 11;
    public const ulong Administrator = 1UL << 12;
    public const ulong ManageRoles = 1UL << 13;
    public const ulong History = 1UL << 15;
    public const ulong ChangeNickname = 1UL << 17;
    public const ulong ManageNicknames = 1UL << 18;
    public const ulong Deafen = 1UL << 19;
    public const ulong Timeout = 1UL << 21;

    public const ulong All = (1UL << 28) - 1;

    /// <summary>VIEW_CHANNEL, SEND_MESSAGES, ATTACH_FILES, ADD_REACTIONS, CONNECT_VOICE, SPEAK, CREATE_INVITE, READ_MESSAGE_HISTORY, CHANGE_NICKNAME, STREAM, EMBED_LINKS.</summary>
    public const ulong OfEveryone = View | Send | 1UL << 3 | AddReactions | 1UL << 5 | 1UL << 6 | 1UL << 14 | History | ChangeNickname | 1UL << 24 | 1UL << 26;
}

internal sealed record ModelOverwrite(string Id, string Type, ulong Allow, ulong Deny);

/// <param name="ReplyTo">What it answers, or has pinned.</param>
internal sealed record ModelMessage(string Id, string Author, string Content, string Type, string? ReplyTo)
{
    public string CreatedAt { get; init; } = "";

    public string? EditedAt { get; init; }

    public ImmutableArray<string> Mentions { get; init; } = [];

    public ImmutableArray<string> MentionRoles { get; init; } = [];

    public bool MentionEveryone { get; init; }

    public bool IsPinned { get; init; }

    /// <summary>In the order they came.</summary>
    public ImmutableList<(string Emoji, string User)> Reactions { get; init; } = [];

    /// <summary>With what only the host can say of it: times, and whom it names.</summary>
    public ModelMessage As(JsonElement message) => this with
    {
        Id = Wire.Text(message, "id")!,
        CreatedAt = Wire.Text(message, "created_at")!,
        EditedAt = Wire.Text(message, "edited_at"),
        Mentions = [.. message.GetProperty("mentions").EnumerateArray().Select(user => Wire.Text(user, "id")!)],
        MentionRoles = [.. message.GetProperty("mention_role_ids").EnumerateArray().Select(id => id.GetString()!)],
        MentionEveryone = message.GetProperty("mention_everyone").GetBoolean(),
    };

    /// <summary>Whether it counts as a mention of the member, whose edits here name nobody.</summary>
    /// <param name="member">Of this server.</param>
    /// <param name="server">Which.</param>
    /// <param name="joinedAt">What was said before does not.</param>
    public bool Names(ModelMember member, string server, DateTimeOffset joinedAt) =>
        Author != member.User
        && DateTimeOffset.Parse(CreatedAt, CultureInfo.InvariantCulture) >= joinedAt
        && (MentionEveryone || Mentions.Contains(member.User) || MentionRoles.Any(id => id == server || member.Roles.Contains(id)));

    /// <param name="world">The names.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="reader">Who reads it; null inside of another.</param>
    public string Shown(World world, Place place, string? reader)
    {
        var mayRead = reader is not null && (place.Permissions(world, reader) & Bit.History) != 0;
        var referenced = mayRead && ReplyTo is not null && place.Messages.TryGetValue(ReplyTo, out var found) ? found.Shown(world, place, null) : "";
        var reactions = reader is null ? [] : Reactions.GroupBy(reaction => reaction.Emoji).Select(kind => $"{kind.Key} {kind.Count()} {kind.Any(reaction => reaction.User == reader)}");
        return Shown(
            $"{Id} in {place.Id} of {place.Server?.Id}", world.User(Author), Content, $"{CreatedAt} {EditedAt}", Type, ReplyTo, referenced, Mentions.Select(world.User), MentionRoles, MentionEveryone, IsPinned, reactions);
    }

    /// <summary>A message object in the words of <see cref="Shown(World, Place, string)"/>.</summary>
    public static string ReadShown(JsonElement message)
    {
        Wire.HasFields(
            message, "id", "channel_id", "server_id", "author", "content", "nonce", "created_at", "edited_at", "type", "reply_to", "referenced_message", "mentions", "mention_role_ids", "mention_everyone",
            "attachments", "embeds", "reactions", "pinned");
        Assert.Equal("null [] []", $"{message.GetProperty("nonce").GetRawText()} {message.GetProperty("attachments").GetRawText()} {message.GetProperty("embeds").GetRawText()}");
        var referenced = message.GetProperty("referenced_message");
        return Shown(
            $"{Wire.Text(message, "id")} in {Wire.Text(message, "channel_id")} of {Wire.Text(message, "server_id")}",
            Wire.User(message.GetProperty("author")),
            Wire.Text(message, "content")!,
            $"{Wire.Text(message, "created_at")} {Wire.Text(message, "edited_at")}",
            Wire.Text(message, "type")!,
            Wire.Text(message, "reply_to"),
            referenced.ValueKind == JsonValueKind.Null ? "" : ReadShown(referenced),
            message.GetProperty("mentions").EnumerateArray().Select(Wire.User),
            message.GetProperty("mention_role_ids").EnumerateArray().Select(id => id.GetString()!),
            message.GetProperty("mention_everyone").GetBoolean(),
            message.GetProperty("pinned").GetBoolean(),
            message.GetProperty("reactions").EnumerateArray().Select(kind =>
            {
                Wire.HasFields(kind, "emoji", "count", "me");
                return $"{Wire.Text(kind, "emoji")} {kind.GetProperty("count")} {kind.GetProperty("me").GetBoolean()}";
            }));
    }

    private static string Shown(
        string where, string author, string content, string times, string type, string? replyTo, string referenced, IEnumerable<string> users, IEnumerable<string> roles, bool everyone, bool pinned,
        IEnumerable<string> reactions) =>
        $"{where} by {author} '{content}' {times} {type} to {replyTo} ({referenced}) naming [{string.Join(", ", users)}] [{string.Join(' ', roles)}] {everyone} pinned {pinned} reactions [{string.Join(", ", reactions)}]";
}

internal sealed record ModelRole(string Id, string ServerId, string Name, int Position, ulong Permissions)
{
    public static ModelRole Read(JsonElement role)
    {
        Wire.HasFields(role, "id", "server_id", "name", "color", "hoist", "mentionable", "position", "permissions", "created_at");
        return new ModelRole(Wire.Text(role, "id")!, Wire.Text(role, "server_id")!, Wire.Text(role, "name")!, role.GetProperty("position").GetInt32(), Wire.Mask(role, "permissions"));
    }
}

/// <param name="Timeout">As it was sent; null for none.</param>
internal sealed record ModelSanctions(string? Timeout, bool Mute, bool Deaf)
{
    public static readonly ModelSanctions None = new(null, false, false);
}

internal sealed record ModelMember(string User, string? Nickname, ImmutableSortedSet<string> Roles, ModelSanctions Sanctions)
{
    public static ModelMember Read(JsonElement member)
    {
        Wire.HasFields(member, "user", "nickname", "role_ids", "joined_at", "timeout_until", "server_mute", "server_deaf");
        Wire.User(member.GetProperty("user"));
        return new ModelMember(
            Wire.Text(member.GetProperty("user"), "id")!,
            Wire.Text(member, "nickname"),
            ImmutableSortedSet.CreateRange(StringComparer.Ordinal, member.GetProperty("role_ids").EnumerateArray().Select(id => id.GetString()!)),
            new ModelSanctions(Wire.Text(member, "timeout_until"), member.GetProperty("server_mute").GetBoolean(), member.GetProperty("server_deaf").GetBoolean()));
    }

    public override string ToString() => $"{User} '{Nickname}' roles [{string.Join(' ', Roles)}] {Sanctions}";
}

internal sealed record ModelChannel(
    string Id, string ServerId, string Type, string Name, string? Topic, string? Category, int Position, string? LastMessage, ImmutableSortedDictionary<string, ModelOverwrite> Overwrites)
{
    public ImmutableSortedDictionary<string, ModelMessage> Messages { get; init; } = Wire.Table<ModelMessage>();

    public static ModelChannel Read(JsonElement channel)
    {
        Wire.HasFields(
            channel, "id", "type", "server_id", "name", "topic", "category_id", "position", "last_message_id", "slow_mode_seconds", "user_limit", "permission_overwrites", "recipients");
        Assert.Equal("0 0 []", $"{channel.GetProperty("slow_mode_seconds")} {channel.GetProperty("user_limit")} {channel.GetProperty("recipients").GetRawText()}");
        return new ModelChannel(
            Wire.Text(channel, "id")!,
            Wire.Text(channel, "server_id")!,
            Wire.Text(channel, "type")!,
            Wire.Text(channel, "name")!,
            Wire.Text(channel, "topic"),
            Wire.Text(channel, "category_id"),
            channel.GetProperty("position").GetInt32(),
            Wire.Text(channel, "last_message_id"),
            Wire.Table(channel.GetProperty("permission_overwrites").EnumerateArray().Select(overwrite =>
            {
                Wire.HasFields(overwrite, "id", "type", "allow", "deny");
                return new ModelOverwrite(Wire.Text(overwrite, "id")!, Wire.Text(overwrite, "type")!, Wire.Mask(overwrite, "allow"), Wire.Mask(overwrite, "deny"));
            }), overwrite => overwrite.Id));
    }

    /// <summary>What a CHANNEL_UPDATE is about: a new message is none.</summary>
    public string Settings => (this with { LastMessage = null }).ToString();

    public override string ToString() =>
        $"{Id} {Type} of {ServerId} '{Name}' '{Topic}' in {Category} at {Position} last {LastMessage} overwrites [{string.Join(", ", Overwrites.Values)}]";
}

/// <param name="Members">In the order they came.</param>
internal sealed record ModelPrivate(string Id, string Type, string? Name, string Owner, ImmutableList<string> Members)
{
    /// <summary>Those who do not have it in their list.</summary>
    public ImmutableSortedSet<string> Closed { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public string? LastMessage { get; init; }

    public ImmutableSortedDictionary<string, ModelMessage> Messages { get; init; } = Wire.Table<ModelMessage>();

    /// <summary>What a CHANNEL_UPDATE is about.</summary>
    public string Settings => $"{Name} {Owner} {string.Join(' ', Members)}";

    public bool IsOpenFor(string user) => Members.Contains(user) && !Closed.Contains(user);

    public ModelPrivate Without(string user)
    {
        var left = Members.Remove(user);
        return this with { Members = left, Owner = Owner == user && !left.IsEmpty ? left[0] : Owner };
    }

    public string Shown(World world, string user) => Shown(Id, Type, Name, LastMessage, Members.Where(member => member != user).Select(world.User), Type == "group_dm" ? Owner : null);

    /// <summary>A private channel in the words of <see cref="Shown(World, string)"/>.</summary>
    public static string ReadShown(JsonElement channel)
    {
        string[] fields = ["id", "type", "server_id", "name", "topic", "category_id", "position", "last_message_id", "slow_mode_seconds", "user_limit", "permission_overwrites", "recipients"];
        var isGroup = Wire.Text(channel, "type") == "group_dm";
        Wire.HasFields(channel, isGroup ? [.. fields, "owner_id"] : fields);
        Assert.Equal(
            "null null null 0 0 0 []",
            string.Join(' ', ((string[])["server_id", "topic", "category_id", "position", "slow_mode_seconds", "user_limit", "permission_overwrites"]).Select(name => channel.GetProperty(name).GetRawText())));
        return Shown(
            Wire.Text(channel, "id")!,
            Wire.Text(channel, "type")!,
            Wire.Text(channel, "name"),
            Wire.Text(channel, "last_message_id"),
            channel.GetProperty("recipients").EnumerateArray().Select(Wire.User),
            isGroup ? Wire.Text(channel, "owner_id") : null);
    }

    private static string Shown(string id, string type, string? name, string? last, IEnumerable<string> recipients, string? owner) =>
        $"{id} {type} '{name}' last {last} with [{string.Join(", ", recipients)}] owner {owner}";
}

/// <summary>A channel of a server or a private one: where messages are.</summary>
internal sealed record Place(ModelServer? Server, ModelChannel? Channel, ModelPrivate? Private)
{
    public string Id => Channel?.Id ?? Private!.Id;

    public ImmutableSortedDictionary<string, ModelMessage> Messages => Channel?.Messages ?? Private!.Messages;

    /// <summary>Somebody who sees all of it.</summary>
    public string Witness => Server?.Owner ?? Private!.Members[0];

    public ulong Permissions(World world, string user)
    {
        if (Private is null) return Server!.Permissions(user, Channel!);
        if (!Private.Members.Contains(user)) return 0;
        return world.IsSilenced(Private) ? Bit.View | Bit.History : Bit.View | Bit.History | Bit.Send | Bit.AddReactions;
    }

    public World With(World world, ModelMessage message) => With(world, Messages.SetItem(message.Id, message));

    public World With(World world, ImmutableSortedDictionary<string, ModelMessage> messages, string? last = null) => Private is null
        ? world.With(Server! with { Channels = Server.Channels.SetItem(Id, Channel! with { Messages = messages, LastMessage = last ?? Channel.LastMessage }) })
        : world.With(Private with { Messages = messages, LastMessage = last ?? Private.LastMessage });
}

internal sealed record ModelServer(string Id, string Name, string Owner)
{
    public ImmutableSortedDictionary<string, ModelChannel> Channels { get; init; } = Wire.Table<ModelChannel>();

    /// <summary>With <c>@everyone</c>, whose ID is the server's.</summary>
    public ImmutableSortedDictionary<string, ModelRole> Roles { get; init; } = Wire.Table<ModelRole>();

    public ImmutableSortedDictionary<string, ModelMember> Members { get; init; } = Wire.Table<ModelMember>();

    /// <summary>Of those who have left.</summary>
    public ImmutableSortedDictionary<string, ModelSanctions> Sanctions { get; init; } = Wire.Table<ModelSanctions>();

    public ImmutableSortedSet<string> Bans { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The owner's first: unlimited.</summary>
    public string Invite { get; init; } = "";

    /// <summary>A server object: its own fields only.</summary>
    public static ModelServer Read(JsonElement server)
    {
        Wire.HasFields(server, "id", "name", "icon_url", "owner_id", "created_at");
        return new ModelServer(Wire.Text(server, "id")!, Wire.Text(server, "name")!, Wire.Text(server, "owner_id")!);
    }

    /// <summary>A server as READY and SERVER_CREATE show it, in the words of <see cref="Shown(string)"/>.</summary>
    public static string ReadShown(JsonElement server)
    {
        Wire.HasFields(server, "id", "name", "icon_url", "owner_id", "created_at", "channels", "roles", "members", "member_count", "presences", "voice_states");
        Assert.Equal("[]", server.GetProperty("voice_states").GetRawText());
        // Who is there depends on when; but they are of those who are listed.
        Assert.Empty(server.GetProperty("presences").EnumerateArray().Select(presence => Wire.Text(presence, "user_id"))
            .Except(server.GetProperty("members").EnumerateArray().Select(member => Wire.Text(member.GetProperty("user"), "id"))));
        return Shown(
            new ModelServer(Wire.Text(server, "id")!, Wire.Text(server, "name")!, Wire.Text(server, "owner_id")!),
            server.GetProperty("channels").EnumerateArray().Select(ModelChannel.Read),
            server.GetProperty("roles").EnumerateArray().Select(ModelRole.Read),
            server.GetProperty("members").EnumerateArray().Select(ModelMember.Read),
            server.GetProperty("member_count").GetInt32());
    }

    public string Shown(string user) => Shown(this, Visible(user), Roles.Values, Members.Values, Members.Count);

    public IEnumerable<ModelChannel> Visible(string user) => Channels.Values.Where(channel => Sees(user, channel));

    public bool Sees(string user, ModelChannel channel) => (Permissions(user, channel) & Bit.View) != 0;

    /// <summary>In the server at large.</summary>
    public ulong Permissions(string user)
    {
        if (!Members.TryGetValue(user, out var member)) return 0;
        var granted = Granted(member);
        return IsMighty(member) || member.Sanctions.Timeout is null ? granted : granted & (Bit.View | Bit.History);
    }

    /// <summary>In one channel.</summary>
    public ulong Permissions(string user, ModelChannel channel)
    {
        if (!Members.TryGetValue(user, out var member)) return 0;
        if (IsMighty(member)) return Bit.All;
        var granted = Granted(member);
        var applied = new List<IEnumerable<ModelOverwrite>>
        {
            channel.Overwrites.Values.Where(overwrite => overwrite.Type == "role" && overwrite.Id == Id),
            channel.Overwrites.Values.Where(overwrite => overwrite.Type == "role" && member.Roles.Contains(overwrite.Id)),
            channel.Overwrites.Values.Where(overwrite => overwrite.Type == "member" && overwrite.Id == user),
        };
        foreach (var step in applied)
        {
            foreach (var overwrite in step) granted &= ~overwrite.Deny;
            foreach (var overwrite in step) granted |= overwrite.Allow;
        }

        granted &= ~Bit.Administrator;
        if ((granted & Bit.View) == 0) return 0;
        return member.Sanctions.Timeout is null ? granted : granted & (Bit.View | Bit.History);
    }

    /// <summary>Owner or ADMINISTRATOR.</summary>
    public bool IsMighty(ModelMember member) => member.User == Owner || (Granted(member) & Bit.Administrator) != 0;

    public bool Outranks(string user, ModelRole role) => user == Owner || IsAbove(Highest(user), role);

    public bool OutranksMember(string user, string other)
    {
        if (user == other || other == Owner) return false;
        return user == Owner || !Members.ContainsKey(other) || IsAbove(Highest(user), Highest(other));
    }

    public ModelServer Without(string user)
    {
        if (!Members.TryGetValue(user, out var member)) return this;
        var sanctions = member.Sanctions == ModelSanctions.None ? Sanctions : Sanctions.SetItem(user, member.Sanctions);
        return this with { Members = Members.Remove(user), Sanctions = sanctions };
    }

    public override string ToString() => $"{Id} '{Name}' of {Owner}";

    private static string Shown(ModelServer server, IEnumerable<ModelChannel> channels, IEnumerable<ModelRole> roles, IEnumerable<ModelMember> members, int count) => string.Join(
        "\n    ",
        [
            $"{server} with {count}",
            .. channels.Select(channel => $"channel {channel}").Order(StringComparer.Ordinal),
            .. roles.Select(role => $"role {role}").Order(StringComparer.Ordinal),
            .. members.Select(member => $"member {member}").Order(StringComparer.Ordinal),
        ]);

    private static bool IsAbove(ModelRole role, ModelRole other) =>
        role.Position > other.Position || (role.Position == other.Position && string.CompareOrdinal(role.Id, other.Id) < 0);

    private ModelRole Highest(string user) =>
        Members[user].Roles.Select(id => Roles[id]).Append(Roles[Id]).OrderByDescending(role => role.Position).ThenBy(role => role.Id, StringComparer.Ordinal).First();

    private ulong Granted(ModelMember member)
    {
        if (member.User == Owner) return Bit.All;
        var granted = Roles[Id].Permissions;
        foreach (var id in member.Roles) granted |= Roles[id].Permissions;
        return (granted & Bit.Administrator) != 0 ? Bit.All : granted;
    }
}

/// <summary>
/// What is there, by the requests that were accepted. What a connection has to be told follows from what its user may see
/// before and after one of them, whatever it was.
/// </summary>
internal sealed record World(ImmutableSortedDictionary<string, ModelServer> Servers)
{
    public static readonly World Empty = new(Wire.Table<ModelServer>());

    /// <summary>How everybody is called: their username, and the name they show.</summary>
    public ImmutableSortedDictionary<string, (string Username, string Display)> Names { get; init; } = Wire.Table<(string, string)>();

    public ImmutableSortedDictionary<string, ModelPrivate> Privates { get; init; } = Wire.Table<ModelPrivate>();

    /// <summary>What the first has with the second.</summary>
    public ImmutableDictionary<(string User, string Other), string> Relations { get; init; } = ImmutableDictionary<(string, string), string>.Empty;

    public ImmutableDictionary<string, string> Themes { get; init; } = ImmutableDictionary<string, string>.Empty;

    public IEnumerable<Place> Places =>
        Servers.Values.SelectMany(server => server.Channels.Values.Select(channel => new Place(server, channel, null))).Concat(Privates.Values.Select(channel => new Place(null, null, channel)));

    public World With(ModelServer server) => this with { Servers = Servers.SetItem(server.Id, server) };

    public World With(ModelPrivate channel) => this with { Privates = channel.Members.IsEmpty ? Privates.Remove(channel.Id) : Privates.SetItem(channel.Id, channel) };

    public World With(string user, string other, string? own, string? others)
    {
        var relations = own is null ? Relations.Remove((user, other)) : Relations.SetItem((user, other), own);
        return this with { Relations = others is null ? relations.Remove((other, user)) : relations.SetItem((other, user), others) };
    }

    public string? Relation(string user, string other) => Relations.GetValueOrDefault((user, other));

    public bool IsBlocked(string user, string other) => Relation(user, other) == "blocked" || Relation(other, user) == "blocked";

    public bool IsSilenced(ModelPrivate channel) => channel.Type == "dm" && IsBlocked(channel.Members[0], channel.Members[1]);

    public bool ShareServer(string user, string other) => Servers.Values.Any(server => server.Members.ContainsKey(user) && server.Members.ContainsKey(other));

    public bool Knows(string user, string other) =>
        user == other || ShareServer(user, other) || Relation(user, other) is not null || Privates.Values.Any(channel => channel.Members.Contains(user) && channel.Members.Contains(other));

    public bool MayWrite(string user, string other) => (ShareServer(user, other) || Relation(user, other) == "friend") && !IsBlocked(user, other);

    /// <summary>A user object.</summary>
    public string User(string id) => $"{id} {Names[id].Username} '{Names[id].Display}'";

    /// <summary>The settings of somebody who changes their theme only.</summary>
    public string Settings(string user) => $$"""{"theme":"{{Themes.GetValueOrDefault(user, "system")}}","locale":"en","notifications":[]}""";

    public ModelServer? ServerOf(string channel) => Servers.Values.FirstOrDefault(server => server.Channels.ContainsKey(channel));

    /// <summary>The server, for its members only.</summary>
    public ModelServer? Seen(string server, string user) =>
        Servers.TryGetValue(server, out var found) && found.Members.ContainsKey(user) ? found : null;

    /// <summary>Everything of the channels' messages that the user posted is gone.</summary>
    public World WithoutMessages(string server, string author)
    {
        var found = Servers[server];
        return With(found with
        {
            Channels = Wire.Table(
                found.Channels.Values.Select(channel => channel with { Messages = Wire.Table(channel.Messages.Values.Where(message => message.Author != author), message => message.Id) }),
                channel => channel.Id),
        });
    }

    /// <summary>What the user's connections are told when the one world becomes the other.</summary>
    /// <param name="before">Until now.</param>
    /// <param name="after">From now on.</param>
    /// <param name="user">Who is connected.</param>
    /// <param name="isBulk">Whether messages go together.</param>
    public static IEnumerable<string> Told(World before, World after, string user, bool isBulk = false)
    {
        foreach (var id in before.Servers.Keys.Union(after.Servers.Keys))
        {
            var (was, now) = (before.Seen(id, user), after.Seen(id, user));
            var told = (was, now) switch
            {
                (null, null) => [],
                (_, null) => [$$"""SERVER_DELETE {"id":"{{id}}"}"""],
                (null, _) => [$"SERVER_CREATE {now.Shown(user)}"],
                _ => Told(after, was, now, user, isBulk),
            };
            foreach (var frame in told) yield return frame;
        }

        foreach (var id in before.Privates.Keys.Union(after.Privates.Keys))
        {
            var (was, now) = (before.Privates.GetValueOrDefault(id), after.Privates.GetValueOrDefault(id));
            var (could, can) = (was?.IsOpenFor(user) == true, now?.IsOpenFor(user) == true);
            if (could && !can) yield return $$"""CHANNEL_DELETE {"id":"{{id}}","server_id":null}""";
            if (!can) continue;
            // What it becomes known by may be a message, which comes behind it.
            if (!could) yield return $"CHANNEL_CREATE {(now! with { LastMessage = was?.LastMessage }).Shown(after, user)}";
            else if (was!.Settings != now!.Settings) yield return $"CHANNEL_UPDATE {now.Shown(after, user)}";
            foreach (var frame in Told(after, was?.Messages ?? Wire.Table<ModelMessage>(), new Place(null, null, now), user, isBulk)) yield return frame;
        }

        foreach (var other in after.Names.Keys)
        {
            if (before.Relation(user, other) != after.Relation(user, other))
                yield return after.Relation(user, other) is { } type ? $"RELATIONSHIP_ADD {after.User(other)} {type}" : $$"""RELATIONSHIP_REMOVE {"user_id":"{{other}}"}""";
            if (before.Names[other] != after.Names[other] && after.Knows(user, other)) yield return $"USER_UPDATE {after.User(other)}";
        }

        if (before.Settings(user) != after.Settings(user)) yield return $"USER_SETTINGS_UPDATE {after.Settings(user)}";
    }

    /// <summary>A frame in the same words.</summary>
    public static string Read(string type, JsonElement d) => type switch
    {
        "SERVER_CREATE" => $"{type} {ModelServer.ReadShown(d)}",
        "SERVER_UPDATE" => $"{type} {ModelServer.Read(d)}",
        "CHANNEL_CREATE" or "CHANNEL_UPDATE" => $"{type} {(Wire.Text(d, "server_id") is null ? ModelPrivate.ReadShown(d) : ModelChannel.Read(d))}",
        "SERVER_ROLE_CREATE" or "SERVER_ROLE_UPDATE" => $"{type} {Wire.Text(d, "server_id")} {ModelRole.Read(d.GetProperty("role"))}",
        "SERVER_MEMBER_ADD" or "SERVER_MEMBER_UPDATE" => $"{type} {Wire.Text(d, "server_id")} {ModelMember.Read(d.GetProperty("member"))}",
        "MESSAGE_CREATE" or "MESSAGE_UPDATE" => $"{type} {ModelMessage.ReadShown(d)}",
        "MESSAGE_REACTION_ADD" or "MESSAGE_REACTION_REMOVE" => $"{type} {Fields(d, "channel_id", "server_id", "message_id", "user_id", "emoji")}",
        "RELATIONSHIP_ADD" => $"{type} {ReadRelation(d)}",
        "USER_UPDATE" => $"{type} {Wire.User(d)}",
        _ => $"{type} {d.GetRawText()}",
    };

    /// <summary>A relationship object.</summary>
    public static string ReadRelation(JsonElement relationship)
    {
        Wire.HasFields(relationship, "user", "type", "since");
        return $"{Wire.User(relationship.GetProperty("user"))} {Wire.Text(relationship, "type")}";
    }

    private static string Fields(JsonElement d, params string[] names)
    {
        Wire.HasFields(d, names);
        return string.Join(' ', names.Select(name => Wire.Text(d, name)));
    }

    private static IEnumerable<string> Told(World world, ModelServer was, ModelServer now, string user, bool isBulk)
    {
        var server = now.Id;
        if (was.ToString() != now.ToString()) yield return $"SERVER_UPDATE {now}";

        foreach (var role in now.Roles.Values.Where(role => !was.Roles.ContainsKey(role.Id))) yield return $"SERVER_ROLE_CREATE {server} {role}";
        foreach (var role in now.Roles.Values.Where(role => was.Roles.TryGetValue(role.Id, out var old) && old != role)) yield return $"SERVER_ROLE_UPDATE {server} {role}";
        foreach (var role in was.Roles.Keys.Where(role => !now.Roles.ContainsKey(role))) yield return $$"""SERVER_ROLE_DELETE {"server_id":"{{server}}","role_id":"{{role}}"}""";

        foreach (var member in now.Members.Values)
        {
            if (!was.Members.TryGetValue(member.User, out var old)) yield return $"SERVER_MEMBER_ADD {server} {member}";
            // Who had a role that is deleted is not told of one by one.
            else if ((old with { Roles = old.Roles.Where(now.Roles.ContainsKey).ToImmutableSortedSet(StringComparer.Ordinal) }).ToString() != member.ToString())
                yield return $"SERVER_MEMBER_UPDATE {server} {member}";
        }

        foreach (var gone in was.Members.Keys.Where(id => !now.Members.ContainsKey(id))) yield return $$"""SERVER_MEMBER_REMOVE {"server_id":"{{server}}","user_id":"{{gone}}"}""";

        if ((now.Permissions(user) & Bit.Ban) != 0)
        {
            foreach (var banned in now.Bans.Except(was.Bans)) yield return $$"""SERVER_BAN_ADD {"server_id":"{{server}}","user_id":"{{banned}}"}""";
            foreach (var free in was.Bans.Except(now.Bans)) yield return $$"""SERVER_BAN_REMOVE {"server_id":"{{server}}","user_id":"{{free}}"}""";
        }

        var seen = was.Visible(user).ToDictionary(channel => channel.Id);
        var left = now.Visible(user).ToDictionary(channel => channel.Id);
        foreach (var gone in seen.Keys.Where(id => !left.ContainsKey(id))) yield return $$"""CHANNEL_DELETE {"id":"{{gone}}","server_id":"{{server}}"}""";
        foreach (var channel in left.Values)
        {
            if (!seen.TryGetValue(channel.Id, out var old))
            {
                yield return $"CHANNEL_CREATE {channel}";
                continue;
            }

            if (old.Settings != channel.Settings) yield return $"CHANNEL_UPDATE {channel}";
            foreach (var frame in Told(world, old.Messages, new Place(now, channel, null), user, isBulk)) yield return frame;
        }
    }

    private static IEnumerable<string> Told(World world, ImmutableSortedDictionary<string, ModelMessage> was, Place place, string user, bool isBulk)
    {
        var (server, serverId) = (place.Server?.Id, place.Server is null ? "null" : $"\"{place.Server.Id}\"");
        foreach (var message in place.Messages.Values)
        {
            if (!was.TryGetValue(message.Id, out var earlier))
            {
                yield return $"MESSAGE_CREATE {message.Shown(world, place, user)}";
                continue;
            }

            if (earlier.Content != message.Content) yield return $"MESSAGE_UPDATE {message.Shown(world, place, user)}";
            if (earlier.IsPinned != message.IsPinned)
                yield return $$"""CHANNEL_PINS_UPDATE {"channel_id":"{{place.Id}}","server_id":{{serverId}},"message_id":"{{message.Id}}","pinned":{{(message.IsPinned ? "true" : "false")}}}""";
            foreach (var (emoji, by) in message.Reactions.Except(earlier.Reactions)) yield return $"MESSAGE_REACTION_ADD {place.Id} {server} {message.Id} {by} {emoji}";
            foreach (var (emoji, by) in earlier.Reactions.Except(message.Reactions)) yield return $"MESSAGE_REACTION_REMOVE {place.Id} {server} {message.Id} {by} {emoji}";
        }

        var removed = was.Keys.Where(id => !place.Messages.ContainsKey(id)).ToList();
        if (isBulk && removed.Count > 0)
        {
            yield return $$"""MESSAGE_DELETE_BULK {"ids":[{{string.Join(',', removed.Select(id => $"\"{id}\""))}}],"channel_id":"{{place.Id}}","server_id":{{serverId}}}""";
            yield break;
        }

        foreach (var id in removed) yield return $$"""MESSAGE_DELETE {"id":"{{id}}","channel_id":"{{place.Id}}","server_id":{{serverId}}}""";
    }
}

/// <summary>Reads the protocol's objects, each field of them and no other.</summary>
internal static class Wire
{
    public static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    public static ulong Mask(JsonElement element, string name) => ulong.Parse(Text(element, name)!, CultureInfo.InvariantCulture);

    public static string User(JsonElement user)
    {
        HasFields(user, "id", "username", "display_name", "avatar_url", "created_at");
        return $"{Text(user, "id")} {Text(user, "username")} '{Text(user, "display_name")}'";
    }

    public static void HasFields(JsonElement element, params string[] names) => Assert.Equal(names.Order(), element.EnumerateObject().Select(field => field.Name).Order());

    /// <summary>By ID, so in the order of creation: a seed means the same actions each time.</summary>
    public static ImmutableSortedDictionary<string, T> Table<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);

    public static ImmutableSortedDictionary<string, T> Table<T>(IEnumerable<T> items, Func<T, string> id) => Table<T>().AddRange(items.Select(item => KeyValuePair.Create(id(item), item)));
}
