using System.Text.Json;
using System.Text.Json.Nodes;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Gateway;

/// <summary>
/// What a client knows: READY, the history of the channels it has opened, and every event since. Fails on an event of
/// something that it was never shown. One test.
/// </summary>
internal sealed class ClientState
{
    private readonly SortedDictionary<string, JsonObject> _servers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonObject> _channels = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonObject> _roles = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonObject> _members = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedDictionary<string, JsonObject>> _messages = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonObject> _relationships = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonObject> _readStates = new(StringComparer.Ordinal);
    private JsonObject _user;
    private JsonObject _settings;

    private ClientState(JsonElement ready)
    {
        (_user, _settings) = (Object(ready.GetProperty("user")), Object(ready.GetProperty("settings")));
        foreach (var server in ready.GetProperty("servers").EnumerateArray()) AddServer(server);
        foreach (var channel in ready.GetProperty("private_channels").EnumerateArray()) _channels[Id(channel)] = Object(channel);
        foreach (var relationship in ready.GetProperty("relationships").EnumerateArray()) _relationships[Id(relationship.GetProperty("user"))] = Object(relationship);
        Read(ready.GetProperty("read_states"));
    }

    public IEnumerable<string> Channels => _channels.Keys;

    public static ClientState Of(GatewayFrame ready) => new(ready.D);

    /// <summary>As somebody sees it who comes new.</summary>
    public static async Task<ClientState> FreshAsync(TestHost host, Person person)
    {
        await using var client = await GatewayClient.IdentifiedAsync(host, person);
        var state = Of(client.Ready!);
        await state.OpenAsync(person);
        return state;
    }

    /// <summary>Reads the history of every channel that was not opened yet.</summary>
    public async Task OpenAsync(Person person)
    {
        foreach (var channel in _channels.Keys.Where(channel => !_messages.ContainsKey(channel)).ToList())
        {
            var messages = _messages[channel] = new(StringComparer.Ordinal);
            var before = "";
            while (true)
            {
                var page = (await person.GetAsync($"channels/{channel}/messages?limit=100{before}")).Expect(200).Items;
                foreach (var message in page) messages[Id(message)] = Object(message);
                if (page.Count < 100) break;
                before = $"&before={Id(page[^1])}";
            }
        }
    }

    public void Apply(GatewayFrame frame)
    {
        var d = frame.D;
        switch (frame.T)
        {
            case "MESSAGE_CREATE":
                Messages(frame)[Id(d)] = Object(d);
                _channels[Text(d, "channel_id")]["last_message_id"] = Id(d);
                break;
            case "MESSAGE_UPDATE":
                Messages(frame)[Message(frame, "id").Id] = Object(d);
                Refer(frame, Id(d), Messages(frame)[Id(d)]);
                break;
            case "MESSAGE_DELETE":
                Delete(frame, Id(d));
                break;
            case "MESSAGE_DELETE_BULK":
                foreach (var id in d.GetProperty("ids").EnumerateArray()) Delete(frame, id.GetString()!);
                break;
            case "MESSAGE_REACTION_ADD":
                React(frame, 1);
                break;
            case "MESSAGE_REACTION_REMOVE":
                React(frame, -1);
                break;
            case "CHANNEL_PINS_UPDATE":
                var (pinned, message) = Message(frame, "message_id");
                message["pinned"] = d.GetProperty("pinned").GetBoolean();
                Refer(frame, pinned, message);
                break;
            case "CHANNEL_CREATE" or "CHANNEL_UPDATE":
                Known(frame, d.GetProperty("server_id").ValueKind == JsonValueKind.Null || _servers.ContainsKey(Text(d, "server_id")));
                Known(frame, frame.Is("CHANNEL_CREATE") || _channels.ContainsKey(Id(d)));
                _channels[Id(d)] = Object(d);
                break;
            case "CHANNEL_DELETE":
                RemoveChannel(Id(d));
                break;
            case "SERVER_CREATE":
                AddServer(d);
                break;
            case "SERVER_UPDATE":
                Known(frame, _servers.ContainsKey(Id(d)));
                foreach (var (name, value) in Object(d)) _servers[Id(d)][name] = value?.DeepClone();
                break;
            case "SERVER_DELETE":
                RemoveServer(Id(d));
                break;
            case "SERVER_MEMBER_ADD":
                Known(frame, _servers.ContainsKey(Text(d, "server_id")));
                _members[Member(d)] = Object(d.GetProperty("member"));
                break;
            case "SERVER_MEMBER_REMOVE":
                Known(frame, _servers.ContainsKey(Text(d, "server_id")));
                _members.Remove($"{Text(d, "server_id")} {Text(d, "user_id")}");
                break;
            case "SERVER_MEMBER_UPDATE":
                Known(frame, _members.ContainsKey(Member(d)));
                _members[Member(d)] = Object(d.GetProperty("member"));
                break;
            case "SERVER_ROLE_DELETE":
                Known(frame, _roles.Remove($"{Text(d, "server_id")} {Text(d, "role_id")}"));
                foreach (var (_, member) in _members.Where(pair => pair.Key.StartsWith(Text(d, "server_id"), StringComparison.Ordinal)))
                    member["role_ids"] = new JsonArray([.. member["role_ids"]!.AsArray().Where(id => (string?)id != Text(d, "role_id")).Select(id => id!.DeepClone())]);
                break;
            case "SERVER_BAN_ADD" or "SERVER_BAN_REMOVE":
                // The list of bans is asked for, not kept.
                Known(frame, _servers.ContainsKey(Text(d, "server_id")));
                break;
            case "SERVER_ROLE_CREATE" or "SERVER_ROLE_UPDATE":
                Known(frame, _servers.ContainsKey(Text(d, "server_id")));
                _roles[$"{Text(d, "server_id")} {Text(d.GetProperty("role"), "id")}"] = Object(d.GetProperty("role"));
                break;
            case "USER_UPDATE":
                Know(frame);
                break;
            case "USER_SETTINGS_UPDATE":
                _settings = Object(d);
                break;
            case "RELATIONSHIP_ADD":
                _relationships[Id(d.GetProperty("user"))] = Object(d);
                break;
            case "RELATIONSHIP_REMOVE":
                Known(frame, _relationships.Remove(Text(d, "user_id")));
                break;
            case "READ_STATE_UPDATE":
                Known(frame, _channels.ContainsKey(Text(d, "channel_id")));
                _readStates[Text(d, "channel_id")] = Object(d);
                break;
            case "RESUMED":
                Assert.Equal(_settings.ToJsonString(), Object(d.GetProperty("settings")).ToJsonString());
                Read(d.GetProperty("read_states"));
                break;
            default:
                throw new Xunit.Sdk.XunitException($"an event that no client knows: {frame}");
        }
    }

    /// <summary>All of it, in one order: equal states have equal texts.</summary>
    public override string ToString() => string.Join('\n',
    [
        $"user {_user.ToJsonString()}",
        $"settings {_settings.ToJsonString()}",
        .. _servers.Select(server => $"server {server.Value.ToJsonString()}"),
        .. _channels.Select(channel => $"channel {channel.Value.ToJsonString()}"),
        .. _roles.Select(role => $"role {role.Value.ToJsonString()}"),
        .. _members.Select(member => $"member {member.Key} {member.Value.ToJsonString()}"),
        .. _messages.SelectMany(channel => channel.Value.Select(message => $"message {Sorted(message.Value).ToJsonString()}")),
        .. _relationships.Select(relationship => $"relationship {relationship.Value.ToJsonString()}"),
        .. _readStates.Select(state => $"read {state.Value.ToJsonString()}"),
    ]);

    private static void Known(GatewayFrame frame, bool isKnown) => Assert.True(isKnown, $"an event of something never shown: {frame}");

    private static string Id(JsonElement element) => Text(element, "id");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static JsonObject Object(JsonElement element) => JsonNode.Parse(element.GetRawText())!.AsObject();

    private static string Member(JsonElement d) => $"{Text(d, "server_id")} {Id(d.GetProperty("member").GetProperty("user"))}";

    /// <summary>Which kind of reaction came first among those that are left is told by the history only.</summary>
    private static JsonObject Sorted(JsonObject message)
    {
        var sorted = message.DeepClone().AsObject();
        sorted["reactions"] = new JsonArray([.. sorted["reactions"]!.AsArray().OrderBy(kind => (string)kind!["emoji"]!, StringComparer.Ordinal).Select(kind => kind!.DeepClone())]);
        return sorted;
    }

    private SortedDictionary<string, JsonObject> Messages(GatewayFrame frame)
    {
        var isKnown = _messages.TryGetValue(Text(frame.D, "channel_id"), out var messages);
        Known(frame, isKnown);
        return messages!;
    }

    private (string Id, JsonObject Message) Message(GatewayFrame frame, string name)
    {
        var id = Text(frame.D, name);
        Known(frame, Messages(frame).ContainsKey(id));
        return (id, Messages(frame)[id]);
    }

    private void Delete(GatewayFrame frame, string id)
    {
        Messages(frame).Remove(id);
        Refer(frame, id, null);
    }

    /// <summary>What refers to a message shows it as it is now.</summary>
    private void Refer(GatewayFrame frame, string id, JsonObject? message)
    {
        foreach (var reply in Messages(frame).Values.Where(reply => (string?)reply["reply_to"] == id))
        {
            var shown = message?.DeepClone();
            if (shown is not null) (shown["reactions"], shown["referenced_message"]) = (new JsonArray(), null);
            reply["referenced_message"] = shown;
        }
    }

    /// <summary>A removal of what is not there is one that was repeated.</summary>
    private void React(GatewayFrame frame, int change)
    {
        var reactions = Message(frame, "message_id").Message["reactions"]!.AsArray();
        var kind = reactions.FirstOrDefault(reaction => (string?)reaction!["emoji"] == Text(frame.D, "emoji"));
        if (kind is null && change < 0) return;
        if (kind is null) reactions.Add(kind = new JsonObject { ["emoji"] = Text(frame.D, "emoji"), ["count"] = 0, ["me"] = false });
        kind["count"] = (int)kind["count"]! + change;
        if (Text(frame.D, "user_id") == (string?)_user["id"]) kind["me"] = change > 0;
        if ((int)kind["count"]! == 0) reactions.Remove(kind);
    }

    /// <summary>Somebody is called otherwise, wherever they are shown.</summary>
    private void Know(GatewayFrame frame)
    {
        var profile = Object(frame.D);
        if (Id(frame.D) == (string?)_user["id"]) _user = new JsonObject([.. profile.Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())), KeyValuePair.Create("email", _user["email"]?.DeepClone())]);
        foreach (var shown in _channels.Values.Concat(_members.Values).Concat(_relationships.Values).Concat(_messages.Values.SelectMany(messages => messages.Values))) Rename(shown);

        void Rename(JsonNode? node)
        {
            if (node is JsonArray list)
            {
                foreach (var item in list) Rename(item);
            }
            else if (node is JsonObject fields)
            {
                foreach (var (_, value) in fields) Rename(value);
                if (!fields.ContainsKey("username") || (string?)fields["id"] != Id(frame.D)) return;
                foreach (var name in (string[])["username", "display_name", "avatar_url"]) fields[name] = profile[name]?.DeepClone();
            }
        }
    }

    private void Read(JsonElement states)
    {
        _readStates.Clear();
        foreach (var state in states.EnumerateArray()) _readStates[Text(state, "channel_id")] = Object(state);
    }

    private void AddServer(JsonElement server)
    {
        RemoveServer(Id(server));
        var record = Object(server);
        foreach (var list in (string[])["channels", "roles", "members", "member_count", "presences", "voice_states"]) record.Remove(list);
        _servers[Id(server)] = record;
        foreach (var channel in server.GetProperty("channels").EnumerateArray()) _channels[Id(channel)] = Object(channel);
        foreach (var role in server.GetProperty("roles").EnumerateArray()) _roles[$"{Id(server)} {Id(role)}"] = Object(role);
        foreach (var member in server.GetProperty("members").EnumerateArray()) _members[$"{Id(server)} {Id(member.GetProperty("user"))}"] = Object(member);
    }

    private void RemoveServer(string id)
    {
        _servers.Remove(id);
        foreach (var channel in _channels.Where(pair => (string?)pair.Value["server_id"] == id).Select(pair => pair.Key).ToList()) RemoveChannel(channel);
        foreach (var table in (SortedDictionary<string, JsonObject>[])[_roles, _members])
        {
            foreach (var key in table.Keys.Where(key => key.StartsWith(id, StringComparison.Ordinal)).ToList()) table.Remove(key);
        }
    }

    private void RemoveChannel(string id)
    {
        _channels.Remove(id);
        _messages.Remove(id);
        _readStates.Remove(id);
    }
}

/// <summary>A client that keeps its state over lost connections.</summary>
internal sealed class Follower(TestHost host, Person person) : IAsyncDisposable
{
    private GatewayClient? _client;
    private ClientState? _state;

    public GatewayClient Client => _client!;

    /// <summary>What RESUME is asked with.</summary>
    public string Session { get; private set; } = "";

    public long Position { get; set; }

    public static async Task<Follower> StartAsync(TestHost host, Person person)
    {
        var follower = new Follower(host, person) { _client = await GatewayClient.ConnectAsync(host, person) };
        await follower.IdentifyAsync();
        return follower;
    }

    /// <summary>Takes what is there up to now: all that was dispatched before this call.</summary>
    public async Task CatchUpAsync()
    {
        var (served, frames) = await Client.HeartbeatAsync();
        frames.ForEach(_state!.Apply);
        Position = served;
    }

    /// <summary>Takes the next frame, which must be a dispatch of this type.</summary>
    public async Task<GatewayFrame> TakeAsync(string type)
    {
        var frame = await Client.ReceiveAsync(type);
        _state!.Apply(frame);
        Position = Client.Position;
        return frame;
    }

    public void Vanish() => Client.Vanish();

    /// <summary>Goes away, something happens, and RESUME succeeds: answers what came before RESUMED.</summary>
    /// <param name="gap">What happens meanwhile.</param>
    /// <param name="restarted">Whether the host is started anew meanwhile, so that the gap comes from the journal.</param>
    public async Task<List<GatewayFrame>> MissAsync(Func<Task> gap, bool restarted)
    {
        await BeAwayAsync(gap, restarted);
        return await ResumeAsync();
    }

    /// <summary>Goes away, something happens, and RESUME is refused.</summary>
    /// <inheritdoc cref="MissAsync"/>
    public async Task MissTooMuchAsync(Func<Task> gap, bool restarted)
    {
        await BeAwayAsync(gap, restarted);
        await StartAgainAsync();
    }

    /// <summary>RESUME that succeeds: answers what came before RESUMED.</summary>
    public async Task<List<GatewayFrame>> ResumeAsync()
    {
        await AskAsync();
        var frames = await Client.UntilAsync(frame => frame.Is("RESUMED") || frame.Op == "INVALID_SESSION");
        Assert.True(frames[^1].Is("RESUMED"), $"not resumed:\n{string.Join('\n', frames)}");
        frames.ForEach(_state!.Apply);
        Position = Client.Position;
        await CheckAsync();
        return frames[..^1];
    }

    /// <summary>RESUME that is refused, and IDENTIFY on the same socket.</summary>
    public async Task StartAgainAsync()
    {
        await AskAsync();
        var frames = await Client.UntilAsync(frame => frame.Is("RESUMED") || frame.Op == "INVALID_SESSION");
        Assert.True(frames[^1].Op == "INVALID_SESSION", $"resumed:\n{string.Join('\n', frames)}");
        Assert.False(frames[^1].D.GetProperty("resumable").GetBoolean());
        await IdentifyAsync();
        await CheckAsync();
    }

    /// <summary>What the client knows is what a new one is told.</summary>
    public async Task CheckAsync()
    {
        await _state!.OpenAsync(person);
        Assert.Equal((await ClientState.FreshAsync(host, person)).ToString(), _state.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
    }

    private async Task BeAwayAsync(Func<Task> gap, bool restarted)
    {
        Vanish();
        await gap();
        if (restarted) await host.RestartAsync();
    }

    private async Task AskAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _client = await GatewayClient.ConnectAsync(host, person);
        await _client.ResumeAsync(Session, Position);
    }

    private async Task IdentifyAsync()
    {
        var ready = await Client.IdentifyAsync();
        (Session, Position, _state) = (Client.SessionId, Client.Position, ClientState.Of(ready));
        await _state.OpenAsync(person);
    }
}
