using Microsoft.Extensions.Logging;
using Together.Host.Configuration;
using Together.Host.Web;
using Xunit;

namespace Together.Tests.Kit.Browser;

/// <summary>Tests of the web client as the build has put it beside the host.</summary>
public abstract class ClientTests(PostgresFixture postgres, Chromium chromium) : BrowserTests(postgres, chromium)
{
    private readonly PostgresFixture _postgres = postgres;

    /// <summary>A host of this test's own that serves the client.</summary>
    /// <param name="change">What differs from the defaults of a test.</param>
    /// <param name="log">Where it logs to.</param>
    protected async Task<TestHost> StartClientHostAsync(Func<TogetherOptions, TogetherOptions>? change = null, ILoggerProvider? log = null) =>
        Own(await TestHost.StartAsync(_postgres, change, log: log, webRoot: WebClient.DefaultRoot));

    /// <summary>Somebody with an empty browser, who has opened nothing yet.</summary>
    protected async Task<Client> ComeAsync(Uri address, string name, Look? look = null) => Client.Of(await VisitAsync(address, name, look));

    /// <summary>Somebody who is logged in and looks at that path.</summary>
    protected async Task<Client> EnterAsync(Uri address, string username, string path = "/", Look? look = null, string? name = null) =>
        await (await ComeAsync(address, name ?? username, look)).EnterAsync(username, path);
}

/// <summary>One host with the web client that the tests of a class share; each makes servers and people of its own.</summary>
public sealed class SharedClientHost(PostgresFixture postgres) : IAsyncLifetime
{
    private TestHost? _host;

    public TestHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(postgres, webRoot: WebClient.DefaultRoot);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }
}
