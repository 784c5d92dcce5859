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
    private readonly SortedDictionary<string, string> _roles = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _members = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _messages = new(StringComparer.Ordinal);

    private ClientState()
    {
    }

    public IEnumerable<string> Channels => _channels.Keys;

    public static ClientState Of(GatewayFrame ready)
    {
        var state = new ClientState();
        foreach (var server in ready.D.GetProperty("servers").EnumerateArray()) state.AddServer(server);
        return state;
    }

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
                foreach (var message in page) messages[Id(message)] = message.GetRawText();
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
                Messages(frame)[Id(d)] = d.GetRawText();
                _channels[Text(d, "channel_id")]["last_message_id"] = Id(d);
                break;
            case "MESSAGE_UPDATE":
                Messages(frame)[Id(d)] = d.GetRawText();
                break;
            case "MESSAGE_DELETE":
                Messages(frame).Remove(Id(d));
                break;
            case "MESSAGE_DELETE_BULK":
                foreach (var id in d.GetProperty("ids").EnumerateArray()) Messages(frame).Remove(id.GetString()!);
                break;
            case "CHANNEL_CREATE" or "CHANNEL_UPDATE":
                Known(frame, _servers.ContainsKey(Text(d, "server_id")));
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
                _members[$"{Text(d, "server_id")} {Text(d.GetProperty("member").GetProperty("user"), "id")}"] = d.GetProperty("member").GetRawText();
                break;
            case "SERVER_MEMBER_REMOVE":
                Known(frame, _servers.ContainsKey(Text(d, "server_id")));
                _members.Remove($"{Text(d, "server_id")} {Text(d, "user_id")}");
                break;
            case "SERVER_MEMBER_UPDATE":
                Known(frame, _members.ContainsKey($"{Text(d, "server_id")} {Text(d.GetProperty("member").GetProperty("user"), "id")}"));
                _members[$"{Text(d, "server_id")} {Text(d.GetProperty("member").GetProperty("user"), "id")}"] = d.GetProperty("member").GetRawText();
                break;
            case "SERVER_ROLE_DELETE":
                Known(frame, _roles.Remove($"{Text(d, "server_id")} {Text(d, "role_id")}"));
                foreach (var (key, member) in _members.Where(pair => pair.Key.StartsWith(Text(d, "server_id"), StringComparison.Ordinal)).ToList())
                {
                    var without = JsonNode.Parse(member)!.AsObject();
                    without["role_ids"] = new JsonArray([.. without["role_ids"]!.AsArray().Where(id => (string?)id != Text(d, "role_id")).Select(id => id!.DeepClone())]);
                    _members[key] = without.ToJsonString();
                }

                break;
            case "SERVER_BAN_ADD" or "SERVER_BAN_REMOVE":
                // The list of bans is asked for, not kept.
                Known(frame, _servers.ContainsKey(Text(d, "server_id")));
                break;
            case "SERVER_ROLE_CREATE" or "SERVER_ROLE_UPDATE":
                Known(frame, _servers.ContainsKey(Text(d, "server_id")));
                _roles[$"{Text(d, "server_id")} {Text(d.GetProperty("role"), "id")}"] = d.GetProperty("role").GetRawText();
                break;
            case "RESUMED":
                break;
            default:
                throw new Xunit.Sdk.XunitException($"an event that no client knows: {frame}");
        }
    }

    /// <summary>All of it, in one order: equal states have equal texts.</summary>
    public override string ToString() => string.Join('\n',
    [
        .. _servers.Select(server => $"server {server.Value.ToJsonString()}"),
        .. _channels.Select(channel => $"channel {channel.Value.ToJsonString()}"),
        .. _roles.Select(role => $"role {role}"),
        .. _members.Select(member => $"member {member}"),
        .. _messages.SelectMany(channel => channel.Value.Select(message => $"message {message.Value}")),
    ]);

    private static void Known(GatewayFrame frame, bool isKnown) => Assert.True(isKnown, $"an event of something never shown: {frame}");

    private static string Id(JsonElement element) => Text(element, "id");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static JsonObject Object(JsonElement element) => JsonNode.Parse(element.GetRawText())!.AsObject();

    private SortedDictionary<string, string> Messages(GatewayFrame frame)
    {
        var isKnown = _messages.TryGetValue(Text(frame.D, "channel_id"), out var messages);
        Known(frame, isKnown);
        return messages!;
    }

    private void AddServer(JsonElement server)
    {
        RemoveServer(Id(server));
        var record = Object(server);
        foreach (var list in (string[])["channels", "roles", "members", "member_count", "presences", "voice_states"]) record.Remove(list);
        _servers[Id(server)] = record;
        foreach (var channel in server.GetProperty("channels").EnumerateArray()) _channels[Id(channel)] = Object(channel);
        foreach (var role in server.GetProperty("roles").EnumerateArray()) _roles[$"{Id(server)} {Id(role)}"] = role.GetRawText();
        foreach (var member in server.GetProperty("members").EnumerateArray()) _members[$"{Id(server)} {Id(member.GetProperty("user"))}"] = member.GetRawText();
    }

    private void RemoveServer(string id)
    {
        _servers.Remove(id);
        foreach (var channel in _channels.Where(pair => (string?)pair.Value["server_id"] == id).Select(pair => pair.Key).ToList()) RemoveChannel(channel);
        foreach (var table in (SortedDictionary<string, string>[])[_roles, _members])
        {
            foreach (var key in table.Keys.Where(key => key.StartsWith(id, StringComparison.Ordinal)).ToList()) table.Remove(key);
        }
    }

    private void RemoveChannel(string id)
    {
        _channels.Remove(id);
        _messages.Remove(id);
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

    public void Vanish() => Client.Vanish();

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
