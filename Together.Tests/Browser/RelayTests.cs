using System.Text.Json;
using Together.Tests.Kit;
using Together.Tests.Kit.Browser;
using Xunit;

namespace Together.Tests.Browser;

/// <summary>One page of the host behind a relay, with a session by cookie and a gateway socket.</summary>
public sealed class RelayTests(PostgresFixture postgres, Chromium chromium) : BrowserTests(postgres, chromium)
{
    private const string Connect = """
        token => new Promise((resolve, reject) => {
          window.end = new Promise(ended => {
            const socket = window.socket = new WebSocket(`ws://${location.host}/gateway?token=${token}`);
            socket.onmessage = message => { window.heard = (window.heard ?? 0) + 1; resolve(JSON.parse(message.data).op) };
            socket.onclose = close => { ended(close.code); resolve(`closed ${close.code}`) };
          });
        })
        """;

    private const string Beat = "() => { window.heard = 0; window.socket.send(JSON.stringify({ op: 'HEARTBEAT', d: 0 })) }";

    [Fact]
    public async Task host_takes_the_relays_origin_and_its_cookie_for_its_own()
    {
        var scene = await StartAsync();
        await scene.SignUpAsync();
        Assert.Equal(200, await scene.Visitor.Page.EvaluateAsync<int>("async () => (await fetch('/api/auth/refresh', { method: 'POST', headers: { 'X-Together-Client': 'web' } })).status"));
    }

    [Fact]
    public async Task cut_closes_open_sockets_and_refuses_new_ones_until_restored()
    {
        var scene = await StartAsync();
        var token = await scene.SignUpAsync();
        scene.Visitor.AllowOutage();
        Assert.Equal("HELLO", await scene.ConnectAsync(token));

        await scene.Relay.CutAsync();
        Assert.Equal(1006, await scene.Visitor.Page.EvaluateAsync<int>("() => window.end"));
        Assert.Equal("closed 1006", await scene.ConnectAsync(token));
        Assert.Contains(scene.Log, line => line.Contains("net::ERR_CONNECTION_REFUSED", StringComparison.Ordinal));

        scene.Relay.Restore();
        Assert.Equal("HELLO", await scene.ConnectAsync(token));
    }

    [Fact]
    public async Task stall_holds_back_what_comes_and_keeps_the_socket_open()
    {
        var scene = await StartAsync();
        Assert.Equal("HELLO", await scene.ConnectAsync(await scene.SignUpAsync()));

        scene.Relay.Stall();
        await scene.Visitor.Page.EvaluateAsync(Beat);
        // An answer of the host itself, which takes as long as the one that must not come.
        using (await scene.Host.Client.GetAsync("/health"))
        {
        }

        Assert.Equal("0 1", await scene.Visitor.Page.EvaluateAsync<string>("() => `${window.heard} ${window.socket.readyState}`"));
        scene.Relay.Restore();
        await scene.Visitor.Page.WaitForFunctionAsync("() => window.heard > 0");
    }

    [Fact]
    public async Task slow_line_takes_its_latency_and_its_bandwidth()
    {
        var scene = await StartAsync();
        const string Load = "async () => { const start = performance.now(); const body = await (await fetch('/openapi/v1.json', { cache: 'no-store' })).text(); return [performance.now() - start, body.length] }";
        scene.Relay.Slow(TimeSpan.FromMilliseconds(400));
        Assert.InRange((await scene.Visitor.Page.EvaluateAsync<double[]>(Load))[0], 800, double.MaxValue);

        scene.Relay.Slow(TimeSpan.Zero, kilobytesPerSecond: 100);
        var slow = await scene.Visitor.Page.EvaluateAsync<double[]>(Load);
        Assert.InRange(slow[0], slow[1] / 100 * 0.9, double.MaxValue);
    }

    [Fact]
    public async Task origin_outlives_a_restart_of_the_host_on_another_port()
    {
        var scene = await StartAsync();
        var token = await scene.SignUpAsync();
        scene.Visitor.AllowOutage();
        await scene.Host.RestartAsync();
        scene.Relay.Target = scene.Host.Address;
        Assert.Equal("HELLO", await scene.ConnectAsync(token));
    }

    [Fact]
    public async Task killed_host_closes_the_socket_and_comes_back_at_the_same_origin()
    {
        var host = await StartHostProcessAsync();
        var visitor = await VisitAsync(host.Url);
        visitor.AllowOutage();
        visitor.Allow("/favicon.ico");
        await visitor.OpenAsync("/openapi/v1.json");
        var token = await SignUpAsync(visitor);
        Assert.Equal("HELLO", await visitor.Page.EvaluateAsync<string>(Connect, token));

        await host.KillAsync();
        Assert.Equal(1006, await visitor.Page.EvaluateAsync<int>("() => window.end"));
        await host.StartAsync();
        Assert.Equal("HELLO", await visitor.Page.EvaluateAsync<string>(Connect, token));
    }

    private static async Task<string> SignUpAsync(Visitor visitor)
    {
        var answer = await visitor.Page.EvaluateAsync<JsonElement>($$"""
            async () => (await fetch('/api/auth/register', {
              method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Together-Client': 'web' },
              body: JSON.stringify({ username: 'anna', password: '{{ApiClient.Password}}' }),
            })).json()
            """);
        return answer.GetProperty("access_token").GetString()!;
    }

    private async Task<Behind> StartAsync()
    {
        var host = await StartHostAsync();
        var relay = RelayTo(host.Address);
        var visitor = await VisitAsync(relay.Address);
        visitor.Allow("/favicon.ico");
        await visitor.OpenAsync("/openapi/v1.json");
        return new Behind(host, relay, visitor);
    }

    private sealed record Behind(TestHost Host, Relay Relay, Visitor Visitor)
    {
        public IReadOnlyCollection<string> Log => Visitor.Log;

        public Task<string> SignUpAsync() => RelayTests.SignUpAsync(Visitor);

        public Task<string> ConnectAsync(string token) => Visitor.Page.EvaluateAsync<string>(Connect, token);
    }
}
