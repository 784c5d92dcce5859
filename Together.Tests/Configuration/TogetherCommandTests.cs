using System.Diagnostics;
using Together.Host.Cli;
using Together.Host.Configuration;
using Xunit;

namespace Together.Tests.Configuration;

public sealed class TogetherCommandTests : IDisposable
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private readonly ConfigurationFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task config_prints_what_is_in_effect_and_where_it_came_from()
    {
        var environment = _files.Environment("together {\n limits.writes-per-minute = 7\n auth.registration = closed\n}", ("TOGETHER_URLS", "http://127.0.0.1:1,http://127.0.0.1:2"));
        var (code, output, error) = await InvokeAsync(["config"], environment);
        Assert.Equal((0, ""), (code, error));
        string[] lines = [.. output.Split('\n').Select(line => _files.Shorten(line.Trim())).Where(line => line.Contains('#', StringComparison.Ordinal))];
        Assert.Equal(
            [
                "urls = [\"http://127.0.0.1:1\", \"http://127.0.0.1:2\"]  # TOGETHER_URLS",
                "registration = closed  # my.conf:3",
                "writes-per-minute = 7  # my.conf:2",
            ],
            lines);
    }

    [Fact]
    public async Task what_config_prints_can_be_read_again()
    {
        var environment = _files.Environment("together.data-directory = \"C:\\\\a \\\"b\\\" # é\\n\"\nLogging.LogLevel.\"A.B\" = debug", ("TOGETHER_LIMITS", "off"));
        var (_, first, _) = await InvokeAsync(["config"], environment);
        var (_, second, _) = await InvokeAsync(["config"], _files.Environment(first));
        Assert.Equal(WithoutOrigins(first), WithoutOrigins(second));
        Assert.Equal("C:\\a \"b\" # é\n", TogetherOptions.Load(_files.Environment(first)).DataDirectory);

        static IEnumerable<string> WithoutOrigins(string text) => text.Split('\n').Select(line => line.Split("  # ")[0]);
    }

    [Theory]
    [InlineData("postgres://user:hunter2@db:5432/together", "postgres://user:********@db:5432/together")]
    [InlineData("postgres://user:hun@ter/2@db/together", "postgres://user:********@db/together")]
    [InlineData("postgres://user@db:5432/together?password=hunter@2&x=y", "postgres://user@db:5432/together?password=********&x=y")]
    [InlineData("postgresql://db/together?x=y&Password=hunter2", "postgresql://db/together?x=y&Password=********")]
    [InlineData("postgres://db/together", "postgres://db/together")]
    public async Task config_masks_secrets(string url, string shown)
    {
        string[] values =
        [
            .. await OutputOf(_files.Environment("", ("TOGETHER_JWT_SECRET", Secret), ("TOGETHER_DATABASE_URL", url))),
            .. await OutputOf(_files.Environment($"together {{ auth.jwt-secret = {Secret}, database.url = \"{url}\" }}")),
        ];
        Assert.DoesNotContain(values, line => line.Contains("hun", StringComparison.Ordinal) || line.Contains(Secret, StringComparison.Ordinal));
        Assert.Equal(2, values.Count(line => line.Contains("jwt-secret = \"********\"  # ", StringComparison.Ordinal)));
        Assert.Equal(2, values.Count(line => line.Contains($"url = \"{shown}\"  # ", StringComparison.Ordinal)));

        static async Task<string[]> OutputOf(Dictionary<string, string> environment) => (await InvokeAsync(["config"], environment)).Output.Split('\n');
    }

    [Theory]
    [InlineData("config")]
    [InlineData]
    public async Task refused_settings_end_with_lines_on_standard_error(params string[] args)
    {
        var (code, output, error) = await InvokeAsync(args, _files.Environment("together.x = 1", ("TOGETHER_LIMITS", "?")));
        Assert.Equal((78, ""), (code, output));
        Assert.Equal(
            "my.conf:1: unknown key \"together.x\"\nTOGETHER_LIMITS: together.limits.enabled: expected on or off, found \"?\"\n",
            _files.Shorten(error));
    }

    [Fact]
    public async Task version_prints_the_version() => Assert.Matches(@"^[0-9]+\.[0-9]+\.[0-9]+", (await InvokeAsync(["version"], [])).Output);

    [Fact]
    public async Task the_program_itself_prints_its_configuration()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "together"), "config") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TOGETHER_REGISTRATION"] = "closed";
        start.Environment["TOGETHER_CONFIG"] = "";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", await error);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("registration = closed  # TOGETHER_REGISTRATION", await output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task the_program_itself_refuses_with_78()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "together")) { RedirectStandardError = true };
        start.Environment["TOGETHER_REGISTRATION"] = "nobody";
        start.Environment["TOGETHER_CONFIG"] = "";
        using var process = Process.Start(start)!;
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("TOGETHER_REGISTRATION: together.auth.registration: expected one of open, invite, closed, found \"nobody\"\n", error);
        Assert.Equal(78, process.ExitCode);
    }

    private static async Task<(int Code, string Output, string Error)> InvokeAsync(string[] args, Dictionary<string, string> environment)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        int code = await TogetherCommand.InvokeAsync(args, environment, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
