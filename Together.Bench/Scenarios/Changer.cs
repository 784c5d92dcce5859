using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>A message of a changer's own, as it should be found.</summary>
/// <param name="Id">Null while its post is not acknowledged.</param>
/// <param name="Pinnings">Messages that say that it was pinned.</param>
internal sealed record ChangedMessage(string? Id, string Content, bool IsReacted, bool IsPinned, int Pinnings);

/// <summary>What a changer has made of its own messages.</summary>
/// <param name="Messages">By nonce; deleted ones are gone.</param>
/// <param name="Marks">By channel, what is read.</param>
internal sealed record ChangedState(ImmutableSortedDictionary<string, ChangedMessage> Messages, ImmutableSortedDictionary<string, string> Marks)
{
    public static readonly ChangedState Empty = new(
        ImmutableSortedDictionary.Create<string, ChangedMessage>(StringComparer.Ordinal), ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    public override string ToString() => $"{string.Join("\n", Messages.Select(pair => $"  {pair.Key}: {pair.Value}"))}\n  read: {string.Join(", ", Marks)}";
}

/// <summary>
/// Somebody who does all that can be done to messages, in a channel and in a conversation of two, one thing after the other and only to
/// messages of their own: what has to be there follows from the answers. Ends at the first request without an answer; that one may have
/// been done or not, but not by half. One run at a time.
/// </summary>
internal sealed class Changer(Account account, string channelId, string conversationId, int seed, Action<string> fault)
{
    /// <summary>Few enough to look at each again after a kill.</summary>
    private const int MessagesMax = 12;

    private const int Page = 100;

    private static readonly string Reaction = Uri.EscapeDataString("👍");

    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, int> _done = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _channels = new(StringComparer.Ordinal);
    private ChangedState _state = ChangedState.Empty;
    private ChangedState? _pending;
    private (string Nonce, string? Id)? _lastPost;
    private int _count;

    /// <summary>What was acknowledged, by kind.</summary>
    public IReadOnlyDictionary<string, int> Done => _done;

    /// <summary>Requests that were sent and not answered, or with 503.</summary>
    public int Unknown { get; private set; }

    /// <summary>Of them, those that had been done.</summary>
    public int FoundDone { get; private set; }

    /// <summary>Whether the last unknown one had been done.</summary>
    public bool HadBeenDone { get; private set; }

    /// <param name="http">Of this run only.</param>
    /// <param name="count">Ends after as many acknowledgements; without it, at the first request without an answer.</param>
    public async Task RunAsync(HttpClient http, int count = int.MaxValue)
    {
        if (_lastPost is var (nonce, id) && !await RepeatAsync(http, nonce, id))
            return;
        for (var answered = 0; answered < count; answered++)
        {
            if (!await ChangeAsync(http))
                return;
        }
    }

    /// <summary>Compares what the host shows with what was acknowledged; the unknown one settles to what is found.</summary>
    public async Task CheckAsync(HttpClient http, Uri host)
    {
        var found = await FindAsync(http, host);
        HadBeenDone = false;
        if (_pending is { } pending)
        {
            // The ID of a post without an answer is learnt only now.
            var named = pending with
            {
                Messages = pending.Messages.SetItems(pending.Messages.Where(pair => pair.Value.Id is null && found.Messages.ContainsKey(pair.Key))
                    .Select(pair => KeyValuePair.Create(pair.Key, pair.Value with { Id = found.Messages[pair.Key].Id }))),
            };
            _pending = null;
            HadBeenDone = named.ToString() == found.ToString();
            if (HadBeenDone)
            {
                FoundDone++;
                _state = found;
                if (_lastPost is (var nonce, null) && found.Messages.TryGetValue(nonce, out var message))
                    _lastPost = (nonce, message.Id);
            }
        }
        if (_state.ToString() != found.ToString())
            fault($"{account.Username} expected\n{_state}\nand found\n{found}");
        _state = found;
    }

    /// <summary>The same nonce answers the same message, also when that was deleted.</summary>
    private async Task<bool> RepeatAsync(HttpClient http, string nonce, string? id)
    {
        var posted = With(nonce, new ChangedMessage(id, Content(nonce), false, false, 0));
        if (id is null)
            _pending = posted;
        if (await SendAsync(http, HttpMethod.Post, $"/api/channels/{_channels[nonce]}/messages", Body(nonce)) is not var (status, answer))
            return false;
        var expected = id is null ? HttpStatusCode.Created : HttpStatusCode.OK;
        if (status != expected || (id is not null && Api.Id(answer) != id))
            fault($"the repetition of {nonce}, {id ?? "which was not stored"}, was answered {(int)status} {answer?.ToJsonString()}");
        _pending = null;
        if (id is null)
            _state = With(nonce, posted.Messages[nonce] with { Id = Api.Id(answer) });
        _lastPost = (nonce, Api.Id(answer));
        Count("repeated");
        return true;
    }

    private async Task<bool> ChangeAsync(HttpClient http)
    {
        var known = _state.Messages.ToList();
        if (known.Count == 0 || (known.Count < MessagesMax && _random.Next(4) == 0))
            return await PostAsync(http);
        var (nonce, message) = known[_random.Next(known.Count)];
        var channel = _channels[nonce];
        var path = $"/api/channels/{channel}/messages/{message.Id}";
        switch (_random.Next(known.Count < MessagesMax ? 9 : 12))
        {
            case 0 or 1:
                var content = string.Create(CultureInfo.InvariantCulture, $"{Content(nonce)}, edit {++_count}");
                return await DoAsync(http, "edited", HttpMethod.Patch, path, new JsonObject { ["content"] = content }, With(nonce, message with { Content = content }));
            case 2 or 3 or 4:
                return await DoAsync(
                    http, message.IsReacted ? "unreacted" : "reacted", message.IsReacted ? HttpMethod.Delete : HttpMethod.Put, $"{path}/reactions/{Reaction}/@me", null,
                    With(nonce, message with { IsReacted = !message.IsReacted }));
            case 5 or 6:
                var pinned = message with { IsPinned = !message.IsPinned, Pinnings = message.Pinnings + (message.IsPinned ? 0 : 1) };
                return await DoAsync(
                    http, message.IsPinned ? "unpinned" : "pinned", message.IsPinned ? HttpMethod.Delete : HttpMethod.Put, $"/api/channels/{channel}/pins/{message.Id}", null, With(nonce, pinned));
            case 7 or 8:
                return await DoAsync(
                    http, "marked", HttpMethod.Put, $"/api/channels/{channel}/read", new JsonObject { ["message_id"] = message.Id }, _state with { Marks = _state.Marks.SetItem(channel, message.Id!) });
            case 9 or 10 when channel == channelId:
                var several = known.Where(pair => _channels[pair.Key] == channel).Take(_random.Next(2, 5)).ToList();
                var ids = new JsonArray([.. several.Select(pair => JsonValue.Create(pair.Value.Id))]);
                return await DoAsync(
                    http, "bulk-deleted", HttpMethod.Post, $"/api/channels/{channel}/messages/bulk-delete", new JsonObject { ["ids"] = ids },
                    _state with { Messages = _state.Messages.RemoveRange(several.Select(pair => pair.Key)) });
            default:
                return await DoAsync(http, "deleted", HttpMethod.Delete, path, null, _state with { Messages = _state.Messages.Remove(nonce) });
        }
    }

    private ChangedState With(string nonce, ChangedMessage message) => _state with { Messages = _state.Messages.SetItem(nonce, message) };

    private async Task<bool> PostAsync(HttpClient http)
    {
        var nonce = string.Create(CultureInfo.InvariantCulture, $"{account.Username}-{++_count:000000}");
        _channels[nonce] = _random.Next(2) == 0 ? channelId : conversationId;
        _lastPost = (nonce, null);
        _pending = With(nonce, new ChangedMessage(null, Content(nonce), false, false, 0));
        if (await SendAsync(http, HttpMethod.Post, $"/api/channels/{_channels[nonce]}/messages", Body(nonce)) is not var (status, answer))
            return false;
        if (status != HttpStatusCode.Created)
            fault($"the post of {nonce} was answered {(int)status}");
        var id = Api.Id(answer);
        _pending = null;
        _lastPost = (nonce, id);
        _state = With(nonce, new ChangedMessage(id, Content(nonce), false, false, 0));
        Count(_channels[nonce] == channelId ? "posted" : "posted in private");
        return true;
    }

    private async Task<bool> DoAsync(HttpClient http, string what, HttpMethod method, string path, JsonObject? body, ChangedState after)
    {
        _pending = after;
        if (await SendAsync(http, method, path, body) is null)
            return false;
        _pending = null;
        _state = after;
        Count(what);
        return true;
    }

    private void Count(string what) => _done[what] = _done.GetValueOrDefault(what) + 1;

    private static string Content(string nonce) => $"What {nonce} has to say";

    private static JsonObject Body(string nonce) => new() { ["content"] = Content(nonce), ["nonce"] = nonce };

    /// <summary>The answer; null when none came.</summary>
    private async Task<(HttpStatusCode Status, JsonNode? Body)?> SendAsync(HttpClient http, HttpMethod method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", account.Token);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode)
                return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                fault($"{account.Username}: {method} {path} was refused with {(int)answer.StatusCode}: {text}");
        }
        catch (HttpRequestException refused) when (refused.HttpRequestError == HttpRequestError.ConnectionError && body is not null)
        {
            // Nothing was sent: this one is certain. Without a body it is not: when the connection breaks behind such a request, HttpClient
            // sends it once more, over a new one.
            _pending = null;
            return null;
        }
        catch (HttpRequestException)
        {
            // The connection broke behind the request.
        }
        Unknown++;
        return null;
    }

    /// <summary>What the history, the lists of reactions and pins, and READY say about this changer's own messages.</summary>
    private async Task<ChangedState> FindAsync(HttpClient http, Uri host)
    {
        var messages = ChangedState.Empty.Messages.ToBuilder();
        foreach (var channel in (string[])[channelId, conversationId])
        {
            var history = await HistoryAsync(http, channel);
            var pins = (await GetAsync(http, $"/api/channels/{channel}/pins")).Select(Api.Id).ToHashSet(StringComparer.Ordinal);
            var pinnings = history.Where(message => (string?)message["type"] == "pin_added").CountBy(message => (string)message["reply_to"]!).ToDictionary(StringComparer.Ordinal);
            foreach (var message in history.Where(message => (string?)message["type"] == "default" && (string?)message["author"]!["id"] == account.Id))
            {
                var id = Api.Id(message);
                var isPinned = (bool)message["pinned"]!;
                if (isPinned != pins.Contains(id))
                    fault($"{id} is {(isPinned ? "" : "not ")}pinned in the history, and in the list of pins it is the other way round");
                var isReacted = message["reactions"]!.AsArray().Any(kind => (bool)kind!["me"]!);
                var reactors = await GetAsync(http, $"/api/channels/{channel}/messages/{id}/reactions/{Reaction}");
                if (isReacted != reactors.Any(user => Api.Id(user) == account.Id))
                    fault($"{id} has {(isReacted ? "a" : "no")} reaction in the history, and in the list of reactions it is the other way round");
                messages.Add((string)message["nonce"]!, new ChangedMessage(id, (string)message["content"]!, isReacted, isPinned, pinnings.GetValueOrDefault(id)));
            }
        }

        using var reader = new GatewayReader(host, account.Username, account.Token);
        if (await reader.ConnectAsync() is not "READY" and var other)
            fault($"{account.Username} expected READY and got {other}");
        return new ChangedState(messages.ToImmutable(), reader.Marks.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    private async Task<List<JsonNode>> HistoryAsync(HttpClient http, string channel)
    {
        var history = new List<JsonNode>();
        List<JsonNode> page;
        do
        {
            page = await GetAsync(http, $"/api/channels/{channel}/messages?limit={Page}{(history.Count == 0 ? "" : $"&before={Api.Id(history[^1])}")}");
            history.AddRange(page);
        }
        while (page.Count == Page);
        return history;
    }

    private async Task<List<JsonNode>> GetAsync(HttpClient http, string path) => await SendAsync(http, HttpMethod.Get, path) is (_, JsonArray items)
        ? [.. items.Select(item => item!)]
        : throw new InvalidOperationException($"{account.Username}: GET {path} was not answered with a list");
}
