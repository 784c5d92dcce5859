using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Together.Host.Auth;
using Together.Host.Http;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Http;

/// <summary>The whole pipeline on a loopback port, with a few routes that fail in every way.</summary>
public sealed class PipelineTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private readonly RecordingLogger _log = new();
    private readonly HashSet<SessionId> _revoked = [];
    private readonly AccessTokens _tokens;
    private readonly UserId _user;
    private readonly SessionId _session;
    private readonly IdSource _ids;
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public PipelineTests()
    {
        _tokens = new AccessTokens(new byte[32], AccessTokens.DefaultLifetime, _clock);
        _ids = new IdSource(_clock);
        (_user, _session) = (_ids.Next<UserId>(), _ids.Next<SessionId>());
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        AccessLog.Configure(builder.Logging, LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new RecordingProvider(_log));
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddTogetherHttp(
            new Callers(_tokens, _revoked.Contains), new RateLimits(new RateLimitRules(Writes: 2, Reads: 5, Downloads: 3, Unauthenticated: 4), _clock),
            new Origins(["https://app.example.org"]));
        _app = builder.Build();
        _app.UseTogetherHttp([IPNetwork.Parse("127.0.0.0/8")]);

        _app.MapGet("/api/me", (HttpContext context) => context.Caller().UserId.ToString());
        _app.MapPost("/api/things", () => Results.StatusCode(201));
        _app.MapPost("/api/login", async (HttpContext context) =>
        {
            var body = await context.ReadJsonAsync(TestJson.Default.TestBody);
            if (!body.TryGet(out var value, out var problem)) return problem;
            var errors = new FieldErrors();
            errors.Text("display_name", value.DisplayName, 1, 3);
            return errors.IsAny(out problem) ? problem : Results.Ok();
        }).AllowAnonymous();
        _app.MapPost("/api/password", () => new Problem(ErrorCode.InvalidCredentials, OtherStatus: 403)).AllowAnonymous().LimitAs(RateLimitBucket.None);
        _app.MapGet("/api/files/{id}", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "private, max-age=86400";
            return "file";
        }).AllowAnonymous().LimitAs(RateLimitBucket.Downloads);
        _app.MapGet("/health", () => "ok").AllowAnonymous().LimitAs(RateLimitBucket.None);
        _app.MapGet("/gateway", () => "ok").AllowAnonymous().LimitAs(RateLimitBucket.None);
        _app.MapGet("/fail/{how}", Fail).AllowAnonymous().LimitAs(RateLimitBucket.None);
        _app.MapGet("/wait", async (HttpContext context) =>
        {
            _waiting.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }).AllowAnonymous().LimitAs(RateLimitBucket.None);
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task route_knows_its_caller() => Assert.Equal(_user.ToString(), await (await Send(HttpMethod.Get, "/api/me", Token())).Content.ReadAsStringAsync());

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer x.y.z")]
    [InlineData("Basic YWRhOmFkYQ==")]
    public async Task route_without_a_valid_token_is_401(string? header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        if (header is not null) request.Headers.TryAddWithoutValidation("Authorization", header);
        using var response = await _client.SendAsync(request);
        await AssertProblem(response, 401, "unauthorized");
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task revoked_session_is_401_at_once()
    {
        var token = Token();
        Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Get, "/api/me", token)).StatusCode);
        _revoked.Add(_session);
        await AssertProblem(await Send(HttpMethod.Get, "/api/me", token), 401, "unauthorized");
    }

    [Fact]
    public async Task expired_token_is_401()
    {
        var token = Token();
        _clock.Advance(TimeSpan.FromMinutes(15));
        await AssertProblem(await Send(HttpMethod.Get, "/api/me", token), 401, "unauthorized");
    }

    [Fact]
    public async Task writes_and_reads_of_a_user_have_their_own_limits()
    {
        var first = await Send(HttpMethod.Post, "/api/things", Token());
        AssertLimit(first, 2, 1, 60);
        _clock.Advance(TimeSpan.FromSeconds(10.5));
        AssertLimit(await Send(HttpMethod.Post, "/api/things", Token()), 2, 0, 50);
        var limited = await Send(HttpMethod.Post, "/api/things", Token());
        await AssertProblem(limited, 429, "rate_limited");
        AssertLimit(limited, 2, 0, 50);
        Assert.Equal(50, limited.Headers.RetryAfter!.Delta!.Value.TotalSeconds);

        AssertLimit(await Send(HttpMethod.Get, "/api/me", Token()), 5, 4, 60);
        Assert.Equal(HttpStatusCode.Created, (await Send(HttpMethod.Post, "/api/things", _tokens.Issue(_ids.Next<UserId>(), _session))).StatusCode);
        _clock.Advance(TimeSpan.FromSeconds(49.5));
        Assert.Equal(HttpStatusCode.Created, (await Send(HttpMethod.Post, "/api/things", Token())).StatusCode);
    }

    [Fact]
    public async Task public_routes_are_limited_by_address_with_or_without_a_token()
    {
        for (var i = 0; i < 4; i++) AssertLimit(await PostJson("/api/login", "{}", token: i % 2 == 0 ? Token() : null), 4, 3 - i, 60);
        await AssertProblem(await PostJson("/api/login", "{}", Token()), 429, "rate_limited");
        await AssertProblem(await PostJson("/api/login", "{}", forwardedFor: "198.51.100.7"), 400, "invalid_body");
    }

    [Fact]
    public async Task addresses_of_one_ipv6_64_share_a_limit()
    {
        for (var i = 0; i < 4; i++) await PostJson("/api/login", "{}", forwardedFor: $"2001:db8:1:2::{i}");
        await AssertProblem(await PostJson("/api/login", "{}", forwardedFor: "2001:db8:1:2:3:4:5:6"), 429, "rate_limited");
        await AssertProblem(await PostJson("/api/login", "{}", forwardedFor: "2001:db8:1:3::1"), 400, "invalid_body");
    }

    [Fact]
    public async Task files_have_a_bucket_of_their_own_and_keep_their_cache_header()
    {
        var file = await Send(HttpMethod.Get, "/api/files/1", Token());
        AssertLimit(file, 3, 2, 60);
        Assert.True(file.Headers.CacheControl!.Private);
        AssertLimit(await Send(HttpMethod.Get, "/api/files/1", null), 3, 2, 60);
        AssertLimit(await Send(HttpMethod.Get, "/api/me", Token()), 5, 4, 60);
    }

    [Fact]
    public async Task health_is_not_limited()
    {
        for (var i = 0; i < 10; i++)
        {
            var response = await Send(HttpMethod.Get, "/health", null);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.False(response.Headers.Contains("RateLimit-Limit"));
        }
    }

    [Fact]
    public async Task answers_are_not_stored_nor_sniffed()
    {
        var response = await Send(HttpMethod.Get, "/api/me", Token());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task wrong_body_names_its_fields()
    {
        var problem = await AssertProblem(await PostJson("/api/login", """{"display_name": "too long"}"""), 400, "invalid_body");
        Assert.Equal("""{"display_name":["must have 1 to 3 characters"]}""", problem.GetProperty("errors").GetRawText());
        problem = await AssertProblem(await PostJson("/api/login", "nonsense"), 400, "invalid_body");
        Assert.Equal("{}", problem.GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task status_may_differ_from_the_codes_own() =>
        await AssertProblem(await PostJson("/api/password", "{}"), 403, "invalid_credentials");

    [Fact]
    public async Task chunked_body_over_a_mebibyte_is_413()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/login") { Content = new StringContent(new string(' ', Limits.JsonBodyMaxBytes + 1)) };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await AssertProblem(await _client.SendAsync(request), 413, "payload_too_large");
    }

    [Fact]
    public async Task unknown_route_and_method_have_the_problem_shape()
    {
        await AssertProblem(await Send(HttpMethod.Get, "/api/nothing", null), 404, "not_found");
        var wrongMethod = await Send(HttpMethod.Delete, "/api/me", null);
        await AssertProblem(wrongMethod, 405, "method_not_allowed");
        Assert.Contains("GET", wrongMethod.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("bug", 500, "internal")]
    [InlineData("cancelled", 500, "internal")]
    [InlineData("connection", 503, "unavailable")]
    [InlineData("disk_full", 503, "unavailable")]
    [InlineData("shutdown", 503, "unavailable")]
    [InlineData("constraint", 500, "internal")]
    [InlineData("too_large", 413, "payload_too_large")]
    [InlineData("bad_request", 400, "invalid_body")]
    public async Task exception_tells_a_client_its_code_and_nothing_more(string how, int status, string code)
    {
        using var response = await Send(HttpMethod.Get, $"/fail/{how}", null);
        var problem = await AssertProblem(response, status, code);
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(status == 503, response.Headers.RetryAfter is not null);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        var traceId = problem.GetProperty("trace_id").GetString()!;
        if (status >= 500) Assert.Contains(_log.Lines, line => line.StartsWith($"Request {traceId}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task failure_after_the_head_breaks_the_connection() =>
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Send(HttpMethod.Get, "/fail/late", null));

    [Fact]
    public async Task client_that_leaves_is_no_error()
    {
        var answered = _log.Logged("GET /wait answered 499");
        using var leaving = new CancellationTokenSource();
        var request = _client.GetAsync(new Uri("/wait", UriKind.Relative), leaving.Token);
        await _waiting.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await answered;
        Assert.DoesNotContain(_log.Lines, line => line.Contains("failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task public_write_from_another_page_is_refused()
    {
        await AssertProblem(await PostJson("/api/password", "{}", origin: "https://evil.example"), 403, "origin_not_allowed");
        await AssertProblem(await PostJson("/api/password", "{}", origin: "https://app.example.org"), 403, "invalid_credentials");
        await AssertProblem(await PostJson("/api/password", "{}", origin: _client.BaseAddress!.GetLeftPart(UriPartial.Authority)), 403, "invalid_credentials");
    }

    [Theory]
    [InlineData("https://app.example.org", true)]
    [InlineData("https://evil.example", false)]
    public async Task preflight_is_answered_for_configured_origins(string origin, bool allowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/things");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,x-together-client");
        using var response = await _client.SendAsync(request);
        Assert.Equal(allowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) && values.Single() == origin);
    }

    [Fact]
    public async Task refusal_carries_the_cors_headers_so_that_a_page_may_read_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.Add("Origin", "https://app.example.org");
        using var response = await _client.SendAsync(request);
        await AssertProblem(response, 401, "unauthorized");
        Assert.Equal("https://app.example.org", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task access_log_has_the_route_and_the_caller_and_no_secret()
    {
        var token = Token();
        var answered = _log.Logged("GET /gateway answered 200");
        await Send(HttpMethod.Get, $"/gateway?token={token}", null);
        await answered;
        answered = _log.Logged("GET /api/files/{id} answered 200");
        await Send(HttpMethod.Get, "/api/files/secret-file", null);
        await answered;
        answered = _log.Logged("GET /api/me answered 200 in 0 ms (request ");
        await Send(HttpMethod.Get, "/api/me", token);
        await answered;
        Assert.Contains(_log.Lines, line => line.Contains($"user {_user}, from 127.0.0.1", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.Contains(token, StringComparison.Ordinal) || line.Contains("secret", StringComparison.Ordinal));
    }

    private static async Task Fail(HttpContext context, string how)
    {
        context.Response.Cookies.Append("half", "done");
        if (how == "late")
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
        }
        throw how switch
        {
            "connection" => new NpgsqlException("secret host"),
            "disk_full" => new PostgresException("secret path", "ERROR", "ERROR", PostgresErrorCodes.DiskFull),
            "shutdown" => new PostgresException("secret reason", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown),
            "constraint" => new PostgresException("secret table", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation),
            "too_large" => new BadHttpRequestException("secret size", 413),
            "bad_request" => new BadHttpRequestException("secret reason"),
            "cancelled" => new OperationCanceledException("secret of our own"),
            _ => new InvalidOperationException("secret detail"),
        };
    }

    private string Token() => _tokens.Issue(_user, _session);

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, string? token)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _client.SendAsync(request);
    }

    private async Task<HttpResponseMessage> PostJson(string path, string json, string? token = null, string? forwardedFor = null, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, new MediaTypeHeaderValue("application/json")) };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (forwardedFor is not null) request.Headers.Add("X-Forwarded-For", forwardedFor);
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await _client.SendAsync(request);
    }

    private static void AssertLimit(HttpResponseMessage response, int limit, int remaining, int reset) =>
        Assert.Equal(
            (limit, remaining, reset),
            (Number(response, "RateLimit-Limit"), Number(response, "RateLimit-Remaining"), Number(response, "RateLimit-Reset")));

    private static int Number(HttpResponseMessage response, string header) =>
        int.Parse(Assert.Single(response.Headers.GetValues(header)), CultureInfo.InvariantCulture);

    private static async Task<JsonElement> AssertProblem(HttpResponseMessage response, int status, string code)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var problem = document.RootElement.Clone();
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.NotEmpty(problem.GetProperty("trace_id").GetString()!);
        Assert.Equal(status == 400, problem.TryGetProperty("errors", out _));
        return problem;
    }

    private sealed class RecordingProvider(RecordingLogger logger) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
        }
    }
}
