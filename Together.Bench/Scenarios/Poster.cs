using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Together.Bench.Load;

namespace Together.Bench.Scenarios;

/// <summary>
/// Somebody who posts one message after the other and repeats one, with the same nonce, until it is acknowledged. Ends at the first message
/// without an answer and goes on with it when it is run again. One run at a time.
/// </summary>
internal sealed class Poster(Account account, string channelId, Action<string> fault)
{
    private readonly Dictionary<string, string> _acknowledged = new(StringComparer.Ordinal);
    private TaskCompletionSource _firstAnswer = new();
    private bool _isUnknown;
    private int _count;

    public string ChannelId => channelId;

    /// <summary>Nonce and ID.</summary>
    public IReadOnlyDictionary<string, string> Acknowledged => _acknowledged;

    /// <summary>The nonce of the message that is not acknowledged yet.</summary>
    public string? Pending { get; private set; }

    /// <summary>Requests that were sent and not answered, or with 503: stored or not, the poster cannot know.</summary>
    public int Unknown { get; private set; }

    /// <summary>Unknown ones whose repetition was answered 200: they had been stored.</summary>
    public int FoundStored { get; private set; }

    /// <summary>Unknown ones whose repetition was answered 201.</summary>
    public int StoredByRepetition { get; private set; }

    public static string Content(string nonce) => $"What {nonce} has to say";

    /// <summary>Completes with the first acknowledgement of this run.</summary>
    public Task FirstAnswer => _firstAnswer.Task;

    /// <param name="http">Of this run only.</param>
    /// <param name="stored">What the database held when the run began.</param>
    /// <param name="count">Ends after as many acknowledgements; without it, at the first message without an answer.</param>
    public async Task RunAsync(HttpClient http, StoredMessages stored, int count = int.MaxValue)
    {
        _firstAnswer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var answered = 0; answered < count; answered++)
        {
            Pending ??= string.Create(CultureInfo.InvariantCulture, $"{account.Username}-{++_count}");
            if (await PostAsync(http, Pending) is not var (status, id))
                return;
            Check(Pending, status, id, stored);
            _acknowledged.Add(Pending, id);
            Pending = null;
            _firstAnswer.TrySetResult();
        }
    }

    private void Check(string nonce, HttpStatusCode status, string id, StoredMessages stored)
    {
        var wasStored = stored.ByNonce.TryGetValue(nonce, out var before);
        var expected = wasStored ? HttpStatusCode.OK : HttpStatusCode.Created;
        if (status != expected)
            fault($"the post of {nonce} was answered {(int)status} instead of {(int)expected}; stored before: {before?.ToString() ?? "no"}");
        else if (wasStored && id != before!.Id)
            fault($"the repetition of {before} was answered with another ID, {id}");

        if (!_isUnknown)
            return;
        _isUnknown = false;
        if (wasStored)
            FoundStored++;
        else
            StoredByRepetition++;
    }

    private async Task<(HttpStatusCode Status, string Id)?> PostAsync(HttpClient http, string nonce)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/channels/{channelId}/messages");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", account.Token);
        request.Content = new StringContent(new JsonObject { ["content"] = Content(nonce), ["nonce"] = nonce }.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created)
                return (answer.StatusCode, Api.Id(JsonNode.Parse(text)));
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                fault($"the post of {nonce} was refused with {(int)answer.StatusCode}: {text}");
        }
        catch (HttpRequestException refused) when (refused.HttpRequestError == HttpRequestError.ConnectionError)
        {
            // Nothing was sent: this one is certain.
            return null;
        }
        catch (HttpRequestException)
        {
            // The connection broke behind the request.
        }
        Unknown++;
        _isUnknown = true;
        return null;
    }
}
