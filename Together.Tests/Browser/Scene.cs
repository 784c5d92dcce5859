using Microsoft.Playwright;
using Together.Tests.Kit;
using Together.Tests.Kit.Browser;

namespace Together.Tests.Browser;

/// <summary>A test of the browser kit from the inside: its end is one of the things that are tested.</summary>
public sealed class Scene(PostgresFixture postgres, Chromium chromium) : BrowserTests(postgres, chromium)
{
    /// <summary>Nobody listens there: what is shown is made up.</summary>
    public static Uri Nowhere { get; } = new("http://127.0.0.1:9");

    /// <summary>Somebody who sees this page at the path <c>/page</c>, with that content security policy.</summary>
    public async Task<Visitor> ShowAsync(string html, string policy = "default-src 'self'; img-src data:", Look? look = null)
    {
        var visitor = await VisitAsync(Nowhere, look: look);
        await visitor.Page.RouteAsync("**/page", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "text/html; charset=utf-8",
            Headers = new Dictionary<string, string> { ["content-type"] = "text/html; charset=utf-8", ["content-security-policy"] = policy },
            Body = html,
        }));
        await visitor.OpenAsync("/page");
        return visitor;
    }
}
