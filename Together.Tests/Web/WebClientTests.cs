using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Web;

/// <summary>A host with a small web client, and limits that any counted request would soon meet.</summary>
public sealed class WebClientHost(PostgresFixture postgres) : IAsyncLifetime
{
    public const string Page = "<!doctype html><title>Together</title>";
    public const string Secret = "nobody's business";

    /// <summary>Larger than one read, and not a whole number of them.</summary>
    public static readonly byte[] Script = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 31))];

    /// <summary>Above the web root, where no request may come.</summary>
    private readonly TemporaryDirectory _directory = new();

    public TestHost Host { get; private set; } = null!;

    public string SecretPath => _directory["secret.txt"];

    public async ValueTask InitializeAsync()
    {
        File.WriteAllText(SecretPath, Secret);
        Write("index.html", Page);
        Write("index.html.br", "page in br");
        Write("index.html.gz", "page in gzip");
        Write("favicon.svg", "<svg/>");
        Write("manifest.webmanifest", "{}");
        Write("emoji/en/data.json", "[]");
        Write("assets/index-1a2b3c.js", "");
        File.WriteAllBytes(Path.Combine(_directory["wwwroot"], "assets/index-1a2b3c.js"), Script);
        Write("assets/index-1a2b3c.js.br", "script in br");
        Write("assets/index-1a2b3c.js.gz", "script in gzip");
        Write("assets/style-4d5e6f.css", "a{}");
        Write("assets/style-4d5e6f.css.gz", "style in gzip");
        Write("assets/inter-7a8b9c.woff2", "font");
        Write(".vite/manifest.json", "notes of the build");
        Host = await TestHost.StartAsync(
            postgres, options => options with { Limits = options.Limits with { Enabled = true, UnauthenticatedPerMinute = 3, DownloadsPerMinute = 3 } }, webRoot: _directory["wwwroot"]);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _directory.Dispose();
    }

    public void Write(string name, string content)
    {
        var path = Path.Combine(_directory["wwwroot"], name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}

public sealed class WebClientTests(WebClientHost stage, PostgresFixture postgres) : IClassFixture<WebClientHost>
{
    private const string OfBrowsers = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    private const string Script = "/assets/index-1a2b3c.js";

    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    [Fact]
    public async Task page_comes_with_exactly_its_headers()
    {
        var answer = await GetAsync("/", ("Accept", OfBrowsers));
        Assert.Equal(WebClientHost.Page, answer.Text);
        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["Cache-Control"] = "no-cache",
                ["Content-Length"] = WebClientHost.Page.Length.ToString(CultureInfo.InvariantCulture),
                ["Content-Security-Policy"] = ContentSecurityPolicy,
                ["Content-Type"] = "text/html; charset=utf-8",
                ["Cross-Origin-Opener-Policy"] = "same-origin",
                ["Permissions-Policy"] =
                    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(self), midi=(), payment=(), serial=(), usb=()",
                ["Referrer-Policy"] = "no-referrer",
                ["Vary"] = "Accept | Accept-Encoding",
                ["X-Content-Type-Options"] = "nosniff",
            },
            answer.HeadersBut("Date", "ETag"));
    }

    [Fact]
    public async Task asset_comes_with_exactly_its_headers()
    {
        var answer = await GetAsync(Script);
        Assert.Equal(WebClientHost.Script, answer.Body);
        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["Cache-Control"] = "public, max-age=31536000, immutable",
                ["Content-Length"] = "100000",
                ["Content-Security-Policy"] = ContentSecurityPolicy,
                ["Content-Type"] = "text/javascript; charset=utf-8",
                ["Vary"] = "Accept-Encoding",
                ["X-Content-Type-Options"] = "nosniff",
            },
            answer.HeadersBut("Date", "ETag"));
    }

    [Theory]
    [InlineData("/favicon.svg", "image/svg+xml")]
    [InlineData("/manifest.webmanifest", "application/manifest+json")]
    [InlineData("/emoji/en/data.json", "application/json")]
    [InlineData("/index.html", "text/html; charset=utf-8")]
    public async Task file_whose_name_stays_is_asked_for_again(string path, string contentType)
    {
        var answer = await GetAsync(path, ("Accept", "image/*"));
        Assert.Equal((HttpStatusCode.OK, contentType, "no-cache"), (answer.Status, answer["Content-Type"], answer["Cache-Control"]));
    }

    [Theory]
    [InlineData("/assets/style-4d5e6f.css", "text/css; charset=utf-8")]
    [InlineData("/assets/inter-7a8b9c.woff2", "font/woff2")]
    public async Task asset_has_its_type(string path, string contentType) => Assert.Equal(contentType, (await GetAsync(path))["Content-Type"]);

    [Theory]
    [InlineData("br", "br")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("GZIP;q=0.5", "gzip")]
    [InlineData("br;q=0.5, gzip", "gzip")]
    [InlineData("br;q=0, *", "gzip")]
    [InlineData("*", "br")]
    [InlineData("*;q=0.1, gzip;q=0.2", "gzip")]
    [InlineData("identity, br;q=0.9", null)]
    [InlineData("identity;q=0.5, gzip;q=0.5", "gzip")]
    [InlineData("deflate", null)]
    [InlineData("*;q=0", null)]
    [InlineData("br;q=0", null)]
    [InlineData("brr", null)]
    [InlineData("br;q=2", null)]
    [InlineData("", null)]
    public async Task coding_is_the_one_that_the_client_likes_best(string accepted, string? coding)
    {
        var answer = await GetAsync(Script, ("Accept-Encoding", accepted));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((coding, "text/javascript; charset=utf-8", "Accept-Encoding"), (answer["Content-Encoding"], answer["Content-Type"], answer["Vary"]));
        Assert.Equal(coding is null ? WebClientHost.Script : Encoding.UTF8.GetBytes($"script in {coding}"), answer.Body);
        Assert.Equal(answer.Body.Length, answer.Length);
    }

    [Fact]
    public async Task file_without_a_twin_comes_in_the_next_best_coding()
    {
        Assert.Equal("gzip", (await GetAsync("/assets/style-4d5e6f.css", ("Accept-Encoding", "br, gzip;q=0.1")))["Content-Encoding"]);
        Assert.Null((await GetAsync("/assets/inter-7a8b9c.woff2", ("Accept-Encoding", "br, gzip")))["Content-Encoding"]);
    }

    [Theory]
    [InlineData("/")]
    [InlineData(Script)]
    public async Task file_that_is_known_is_304(string path)
    {
        var tags = new HashSet<string>();
        foreach (var coding in (string[])["identity", "gzip", "br"])
        {
            var whole = await GetAsync(path, ("Accept-Encoding", coding));
            var tag = whole["ETag"]!;
            Assert.True(tags.Add(tag), "two codings are two contents");
            foreach (var known in (string[])[tag, $"W/{tag}", $"\"other\", {tag}", "*"])
            {
                var answer = await GetAsync(path, ("Accept-Encoding", coding), ("If-None-Match", known));
                Assert.Equal((HttpStatusCode.NotModified, 0), (answer.Status, answer.Body.Length));
                Assert.Equal(whole.HeadersBut("Date", "Content-Length", "Content-Type", "Content-Encoding"), answer.HeadersBut("Date"));
            }
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(path, ("Accept-Encoding", coding), ("If-None-Match", "\"other\""))).Status);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData(Script)]
    public async Task head_answers_as_get_without_the_body(string path)
    {
        var get = await GetAsync(path, ("Accept-Encoding", "gzip"));
        var head = await SendAsync(HttpMethod.Head, path, ("Accept-Encoding", "gzip"));
        Assert.Equal((HttpStatusCode.OK, 0), (head.Status, head.Body.Length));
        Assert.Equal(get.HeadersBut("Date"), head.HeadersBut("Date"));
    }

    [Theory]
    [InlineData("/channels/019a/019b")]
    [InlineData("/invite/abc.def")]
    [InlineData("/apiary")]
    [InlineData("/favicon.svg/")]
    public async Task deep_link_is_the_page(string path)
    {
        foreach (var accepted in (string[])[OfBrowsers, "text/*", "*/*", "text/html;q=0.1, */*;q=0"])
        {
            var answer = await GetAsync(path, ("Accept", accepted), ("Accept-Encoding", "br"));
            Assert.Equal((HttpStatusCode.OK, "page in br", "no-cache"), (answer.Status, answer.Text, answer["Cache-Control"]));
            Assert.Equal(ContentSecurityPolicy, answer["Content-Security-Policy"]);
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("image/png, image/*;q=0.8")]
    [InlineData("text/html;q=0, */*")]
    public async Task deep_link_is_404_for_a_program_that_wants_no_page(string accepted) => AssertNotFound(await GetAsync("/channels/019a", ("Accept", accepted)));

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/nothing")]
    [InlineData("/API/nothing")]
    [InlineData("/gateway/nothing")]
    [InlineData("/media/nothing/there")]
    [InlineData("/health/nothing")]
    [InlineData("/metrics")]
    [InlineData("/openapi")]
    [InlineData("/docs")]
    [InlineData("/assets")]
    [InlineData("/assets/")]
    [InlineData("/assets/index-000000.js")]
    [InlineData("/assets/INDEX-1A2B3C.JS")]
    [InlineData("/assets/index-1a2b3c.js.br")]
    [InlineData("/assets/index-1a2b3c.js.gz")]
    public async Task unknown_path_among_what_is_not_the_clients_is_404(string path) => AssertNotFound(await GetAsync(path, ("Accept", OfBrowsers)));

    [Theory]
    [InlineData("/index.html.br")]
    [InlineData("/.vite/manifest.json")]
    public async Task nothing_but_the_files_themselves_is_addressable(string path) => AssertNotFound(await GetAsync(path, ("Accept", "application/json")));

    [Fact]
    public async Task no_route_of_the_api_hides_behind_the_page()
    {
        await using var host = await TestHost.StartAsync(postgres);
        using var description = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/v1.json"));
        var roots = description.RootElement.GetProperty("paths").EnumerateObject().Select(path => path.Name.Split('/')[1]).Distinct().ToList();
        Assert.Contains("api", roots);
        foreach (var root in roots) AssertNotFound(await GetAsync($"/{root}/no/such/thing", ("Accept", OfBrowsers)));
    }

    [Fact]
    public async Task other_methods_are_not_the_clients()
    {
        AssertNotFound(await SendAsync(HttpMethod.Post, "/", ("Accept", OfBrowsers)));
        AssertNotFound(await SendAsync(HttpMethod.Delete, Script));
        var wrong = await GetAsync("/api/auth/login", ("Accept", OfBrowsers));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "application/problem+json"), (wrong.Status, wrong["Content-Type"]));
    }

    [Fact]
    public async Task request_never_leaves_the_web_root()
    {
        Assert.Equal(WebClientHost.Secret, File.ReadAllText(stage.SecretPath));
        string[] targets =
        [
            "/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/assets/..%2f..%2fsecret.txt",
            "/..\\secret.txt", "/..%5csecret.txt", "/%252e%252e/secret.txt", "//secret.txt", "/./../secret.txt", "/assets/....//secret.txt", "/..;/secret.txt",
            "/%c0%ae%c0%ae/secret.txt", "/secret.txt%00.js", "//" + stage.SecretPath, stage.SecretPath, "/" + Uri.EscapeDataString(stage.SecretPath), $"file://{stage.SecretPath}",
        ];
        foreach (var target in targets)
        {
            var answer = await SendRawAsync(target);
            Assert.True(
                answer.StartsWith("HTTP/1.1 404 ", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), $"{target}: {answer}");
            Assert.DoesNotContain(WebClientHost.Secret, answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task files_need_no_token_and_count_against_no_limit()
    {
        for (var i = 0; i < 10; i++)
        {
            foreach (var path in (string[])["/", Script, "/favicon.svg", "/channels/019a"])
            {
                var answer = await GetAsync(path, ("Authorization", "Bearer expired"));
                Assert.Equal((HttpStatusCode.OK, null), (answer.Status, answer["RateLimit-Limit"]));
            }
        }
        // None of them has used up what a log-in needs; that is limited as ever.
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await GetAsync("/api/instance")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync("/api/instance")).Status);
    }

    [Fact]
    public async Task running_host_keeps_the_client_that_it_started_with()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["wwwroot"]);
        File.WriteAllText(Path.Combine(directory["wwwroot"], "index.html"), WebClientHost.Page);
        await using var host = await TestHost.StartAsync(postgres, webRoot: directory["wwwroot"]);
        Directory.Move(directory["wwwroot"], directory["old"]);
        Directory.CreateDirectory(directory["wwwroot"]);
        File.WriteAllText(Path.Combine(directory["wwwroot"], "index.html"), "the next version");
        Directory.Delete(directory["old"], recursive: true);

        Assert.Equal(WebClientHost.Page, await host.Client.GetStringAsync("/"));
        await host.RestartAsync();
        Assert.Equal("the next version", await host.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task host_without_the_client_says_so()
    {
        using var directory = new TemporaryDirectory();
        var log = new HostLog();
        await using var host = await TestHost.StartAsync(postgres, log: log, webRoot: directory["nothing"]);
        var line = Assert.Single(log.Recorded.Lines, line => line.Contains("web client", StringComparison.Ordinal));
        Assert.Contains(directory["nothing"], line, StringComparison.Ordinal);
        Assert.Contains("./dev run", line, StringComparison.Ordinal);

        foreach (var path in (string[])["/", "/channels/019a"])
        {
            using var answer = await host.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("without the web client", (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]!, StringComparison.Ordinal);
        }
        (await new ApiClient(host.Client).GetAsync("nothing")).IsRefused(HttpStatusCode.NotFound, "not_found");
        (await new ApiClient(host.Client).GetAsync("instance")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task host_with_the_client_says_nothing_of_it()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["index.html"], WebClientHost.Page);
        var log = new HostLog();
        await using var host = await TestHost.StartAsync(postgres, log: log, webRoot: directory.Path);
        Assert.DoesNotContain(log.Recorded.Lines, line => line.Contains("web client", StringComparison.Ordinal));
    }

    [Fact]
    public void client_is_looked_for_beside_the_binary() => Assert.Equal(Path.Combine(AppContext.BaseDirectory, "wwwroot"), Together.Host.Web.WebClient.DefaultRoot);

    private static void AssertNotFound(Answer answer)
    {
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.Status, answer["Content-Type"]));
        Assert.Equal("not_found", (string?)JsonNode.Parse(answer.Text)!["code"]);
    }

    private Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    private async Task<Answer> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var response = await stage.Host.Client.SendAsync(request);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(" | ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, all, await response.Content.ReadAsByteArrayAsync(), response.Content.Headers.ContentLength);
    }

    /// <summary>A client that does not tidy up the path first.</summary>
    private async Task<string> SendRawAsync(string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(stage.Host.Address.Host, stage.Host.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"GET {target} HTTP/1.1\r\nHost: {stage.Host.Address.Authority}\r\nAccept: text/plain\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private sealed record Answer(HttpStatusCode Status, Dictionary<string, string> Headers, byte[] Body, long? Length)
    {
        public string Text => Encoding.UTF8.GetString(Body);

        public string? this[string header] => Headers.GetValueOrDefault(header);

        public SortedDictionary<string, string> HeadersBut(params ReadOnlySpan<string> names)
        {
            var kept = new SortedDictionary<string, string>(Headers, StringComparer.Ordinal);
            foreach (var name in names) kept.Remove(name);
            return kept;
        }
    }
}
