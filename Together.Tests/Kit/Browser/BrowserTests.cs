using System.Text;
using Microsoft.Playwright;
using Together.Bench.Load;
using Together.Host.Configuration;
using Xunit;

namespace Together.Tests.Kit.Browser;

/// <summary>
/// Tests of what people see. Visitors, hosts and relays that a test asks for here end after it in the right order: first the
/// visitors, so that none complains that its host is gone. All browser tests run one after the other: two would only wait for each
/// other's processor.
/// </summary>
[Collection("Browser")]
public abstract class BrowserTests(PostgresFixture postgres, Chromium chromium) : IAsyncLifetime
{
    private readonly List<Visitor> _visitors = [];
    private readonly Stack<IAsyncDisposable> _owned = [];

    private static string TestName => $"{TestContext.Current.TestClass!.TestClassSimpleName}.{TestContext.Current.TestMethod!.MethodName}";

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Fails the test with whatever the visitors' pages complained about. A failed test leaves each visitor's last picture and log
    /// in <c>artifacts/browser-failures</c>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var problems = new StringBuilder();
        try
        {
            foreach (var visitor in _visitors) await AddProblemsAsync(visitor, problems);
            if (problems.Length > 0 || TestContext.Current.TestState?.Result == TestResult.Failed)
            {
                foreach (var visitor in _visitors) await visitor.SaveAsync(Path.Combine(Visitor.Artifacts(Visitor.Failures), $"{TestName}-{visitor.Name}"));
            }

            foreach (var visitor in _visitors) await visitor.CloseAsync();
        }
        finally
        {
            while (_owned.TryPop(out var owned)) await owned.DisposeAsync();
        }

        Assert.True(problems.Length == 0, $"the browser complains:\n{problems}");
    }

    /// <param name="address">The host's, or a relay's in front of it.</param>
    /// <param name="name">For messages and the names of files; one each.</param>
    /// <param name="look">A dark desktop when null.</param>
    protected async Task<Visitor> VisitAsync(Uri address, string name = "visitor", Look? look = null)
    {
        var visitor = await Visitor.ComeAsync(chromium, name, address, look ?? Look.Desktop);
        _visitors.Add(visitor);
        return visitor;
    }

    /// <param name="change">What differs from the defaults of a test.</param>
    protected async Task<TestHost> StartHostAsync(Func<TogetherOptions, TogetherOptions>? change = null) => Own(await TestHost.StartAsync(postgres, change));

    /// <summary>The host that ships, as a process that can be killed and started again on the same port and database.</summary>
    private protected async Task<HostProcess> StartHostProcessAsync()
    {
        var database = Own(await postgres.CreateDatabaseAsync());
        return Own(await HostProcess.StartNewAsync(TestName, TestHost.DatabaseUrl(database)));
    }

    protected Relay RelayTo(Uri host) => Own(Relay.To(host));

    /// <summary>Disposed of after the test, when all visitors are gone.</summary>
    protected T Own<T>(T what) where T : IAsyncDisposable
    {
        _owned.Push(what);
        return what;
    }

    private static async Task AddProblemsAsync(Visitor visitor, StringBuilder problems)
    {
        try
        {
            await visitor.CatchUpAsync();
        }
        catch (Exception stuck) when (stuck is PlaywrightException or TimeoutException)
        {
            problems.AppendLine($"{visitor.Name} at {visitor.Page.Url} does not answer: {stuck.Message}");
        }

        foreach (var problem in visitor.Problems) problems.AppendLine($"{visitor.Name} at {visitor.Page.Url}: {problem}");
    }
}
