using Microsoft.Playwright;
using Together.Bench;
using Together.Tests.Kit;
using Together.Tests.Kit.Browser;
using Xunit;
using Xunit.Sdk;

namespace Together.Tests.Browser;

public sealed class VisitorTests(PostgresFixture postgres, Chromium chromium) : BrowserTests(postgres, chromium)
{
    private const string Page = """
        <!doctype html><html lang="en"><head><title>Page</title><link rel="icon" href="data:,"></head>
        <body><main><h1>Hello</h1><label>Name <input></label><button>Send</button></main></body></html>
        """;

    private readonly Scene _scene = new(postgres, chromium);

    [Theory]
    [InlineData("console.error('no such thing')", "console error: no such thing")]
    [InlineData("setTimeout(() => { throw new Error('unhandled thing') })", "unhandled thing")]
    [InlineData("Promise.reject(new Error('refused thing'))", "refused thing")]
    [InlineData("fetch('/nothing').catch(() => {})", "request failed: GET http://127.0.0.1:9/nothing: net::ERR_")]
    [InlineData("document.body.setAttribute('style', 'color: red')", "Applying inline style violates the following Content Security Policy directive")]
    [InlineData("{ const script = document.createElement('script'); script.text = '1'; document.body.append(script) }", "Executing inline script violates the following Content Security Policy directive")]
    public async Task complaint_of_a_page_fails_its_test_and_leaves_picture_and_log(string script, string complaint)
    {
        var visitor = await _scene.ShowAsync(Page);
        await visitor.Page.EvaluateAsync($"() => {{ {script} }}");
        await Eventually.HoldsAsync(() => visitor.Problems.Any(problem => problem.Contains(complaint, StringComparison.Ordinal)));

        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => _scene.DisposeAsync().AsTask());
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
        var left = Path.Combine(Repository.Root, "artifacts/browser-failures", $"{nameof(VisitorTests)}.{TestContext.Current.TestMethod!.MethodName}-{visitor.Name}");
        Assert.Contains(complaint, await File.ReadAllTextAsync($"{left}.txt"), StringComparison.Ordinal);
        AssertIsPicture($"{left}.png");
        File.Delete($"{left}.txt");
        File.Delete($"{left}.png");
    }

    [Fact]
    public async Task allowed_complaint_does_not_fail_the_test()
    {
        var visitor = await _scene.ShowAsync(Page);
        visitor.Allow("no such thing");
        await visitor.Page.EvaluateAsync("() => console.error('no such thing')");
        await _scene.DisposeAsync();
    }

    [Fact]
    public async Task aborted_request_is_no_complaint()
    {
        var visitor = await _scene.ShowAsync(Page);
        await visitor.Page.RouteAsync("**/slow", _ => Task.CompletedTask);
        await visitor.Page.EvaluateAsync("() => { const abort = new AbortController(); const answer = fetch('/slow', { signal: abort.signal }).catch(() => {}); abort.abort(); return answer }");
        await _scene.DisposeAsync();
    }

    [Fact]
    public async Task people_do_not_share_cookies_and_storage()
    {
        var host = await StartHostAsync();
        var anna = await VisitAsync(host.Address, "anna");
        var ben = await VisitAsync(host.Address, "ben", Look.Phone);
        foreach (var visitor in (Visitor[])[anna, ben])
        {
            visitor.Allow("/favicon.ico");
            await visitor.OpenAsync("/openapi/v1.json");
        }

        await anna.Page.EvaluateAsync("() => { localStorage.setItem('key', 'value'); document.cookie = 'key=value' }");
        Assert.Equal("", await ben.Page.EvaluateAsync<string>("() => (localStorage.getItem('key') ?? '') + document.cookie"));
        Assert.Equal(1440, await anna.Page.EvaluateAsync<int>("() => innerWidth"));
        Assert.True(await ben.Page.EvaluateAsync<bool>("() => matchMedia('(hover: none) and (pointer: coarse)').matches"));
    }

    [Fact]
    public async Task serious_obstacle_fails_and_a_page_without_any_does_not()
    {
        var visitor = await _scene.ShowAsync(Page);
        await visitor.AxeAsync();
        await visitor.Page.EvaluateAsync("() => document.querySelector('main').append(document.createElement('button'))");
        var failure = await Assert.ThrowsAnyAsync<XunitException>(visitor.AxeAsync);
        Assert.Contains("critical button-name", failure.Message, StringComparison.Ordinal);
        await _scene.DisposeAsync();
    }

    [Fact]
    public async Task screen_is_taken_in_three_sizes_and_two_schemes_without_a_complaint()
    {
        var visitor = await _scene.ShowAsync(Page);
        await visitor.Label("Name").FocusAsync();
        var seen = new List<string>();
        await visitor.ScreensAsync("kit", async () => seen.Add(await visitor.Page.EvaluateAsync<string>("() => innerWidth + (matchMedia('(prefers-color-scheme: dark)').matches ? '-dark' : '-light')")));
        Assert.Equal(["1440-dark", "820-dark", "390-dark", "1440-light", "820-light", "390-light"], seen);
        foreach (var name in seen)
        {
            var path = Path.Combine(Repository.Root, $"artifacts/screenshots/kit-{name}.png");
            AssertIsPicture(path);
            File.Delete(path);
        }

        Assert.Equal(1440, visitor.Page.ViewportSize!.Width);
        await _scene.DisposeAsync();
    }

    [Fact]
    public async Task things_are_found_by_role_label_and_text()
    {
        var visitor = await _scene.ShowAsync(Page);
        await visitor.SeesAsync("Hello");
        await visitor.SeesAsync(AriaRole.Button, "Send");
        await visitor.FillAsync("Name", "Anna");
        await visitor.ClickAsync(AriaRole.Button, "Send");
        await visitor.Page.EvaluateAsync("() => document.querySelector('button').remove()");
        await visitor.SeesNoMoreAsync(AriaRole.Button, "Send");
        await visitor.SeesNoMoreAsync("Hell");
        await _scene.DisposeAsync();
    }

    [Fact]
    public async Task heap_and_processor_are_in_reach()
    {
        var visitor = await _scene.ShowAsync(Page);
        var before = await visitor.HeapAsync();
        await visitor.Page.EvaluateAsync("() => { window.kept = Array.from({ length: 1_000_000 }, (_, i) => ({ i })) }");
        Assert.True(await visitor.HeapAsync() > before + 8_000_000);
        await visitor.Page.EvaluateAsync("() => { delete window.kept }");
        Assert.True(await visitor.HeapAsync() < before + 4_000_000);

        const string Work = "() => { const start = performance.now(); let sum = 0; for (let i = 0; i < 30_000_000; i++) sum += i % 7; return performance.now() - start + sum * 0 }";
        var fast = await visitor.Page.EvaluateAsync<double>(Work);
        await visitor.SlowProcessorAsync(20);
        Assert.True(await visitor.Page.EvaluateAsync<double>(Work) > 3 * fast);
        await _scene.DisposeAsync();
    }

    private static void AssertIsPicture(string path) => Assert.Equal("\x89PNG"u8[^3..].ToArray(), File.ReadAllBytes(path)[1..4]);
}
