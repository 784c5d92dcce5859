using System.Globalization;

namespace Together.Tests.Kit;

/// <summary>Somebody who is connected, and what they hear. One test.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private static int _turns;

    private readonly Person _person;

    private Listener(Person person, GatewayClient socket) => (_person, Socket) = (person, socket);

    public GatewayClient Socket { get; }

    public static async Task<Listener> OfAsync(TestHost host, Person person) => new(person, await GatewayClient.IdentifiedAsync(host, person));

    /// <summary>
    /// What has come since the last time: a change of one's own settings comes behind everything that happened before it, so what
    /// has not come by then does not come.
    /// </summary>
    public async Task<List<GatewayFrame>> SeenAsync()
    {
        var locale = string.Create(CultureInfo.InvariantCulture, $"en-{Interlocked.Increment(ref _turns)}");
        (await _person.PatchAsync("users/@me/settings", $$"""{"locale":"{{locale}}"}""")).Expect(200);
        return (await Socket.UntilAsync(frame => frame.Is("USER_SETTINGS_UPDATE") && frame.D.GetProperty("locale").GetString() == locale))[..^1];
    }

    public ValueTask DisposeAsync() => Socket.DisposeAsync();
}
