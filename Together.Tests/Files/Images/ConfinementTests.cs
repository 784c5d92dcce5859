using System.Net;
using System.Net.Sockets;
using Together.Host.Cli;
using Together.Host.Files.Images;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Files.Images;

/// <summary>Real programs through the real <c>together confine</c>. The shell does with its own means what a taken-over decoder would try.</summary>
public sealed class ConfinementTests : IDisposable
{
    private static readonly Confinement.Bounds Bounds = new(Memory: 128UL << 20, ProcessorTime: 2, FileSize: 1 << 20);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Task<(int ExitCode, string Output)> RunAsync(string script, params string[] readable) =>
        ConfinedProcess.RunAsync("/usr/bin/bash", ["-c", script], Bounds, _directory.Path, readable, [], TimeSpan.FromSeconds(60), CancellationToken.None);

    [Fact]
    public async Task it_works_in_its_directory_and_reads_what_it_was_given()
    {
        using var elsewhere = new TemporaryDirectory();
        await File.WriteAllTextAsync(elsewhere["given"], "hello\n");

        var (exitCode, output) = await RunAsync($"read line < {elsewhere["given"]}; echo $line > file; read line < file; echo $line; echo worse >&2; exit 3", elsewhere["given"]);

        Assert.Equal((3, "worse\nhello"), (exitCode, output));
    }

    [Fact]
    public async Task its_environment_holds_nothing_of_the_hosts()
    {
        Environment.SetEnvironmentVariable("SECRET_OF_THE_HOST", "secret");

        var (_, output) = await RunAsync("compgen -e");

        Assert.Equal(["LC_ALL", "OLDPWD", "PATH", "PWD", "SHLVL", "_"], output.Split('\n').Append("OLDPWD").Append("_").Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task it_has_no_network()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (exitCode, output) = await RunAsync($"exec 3<>/dev/tcp/127.0.0.1/{port}");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("Operation not permitted", output, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task it_starts_no_processes_and_sends_no_signals()
    {
        Assert.Contains("fork: Operation not permitted", (await RunAsync("(exit 7)")).Output, StringComparison.Ordinal);
        Assert.Contains("Operation not permitted", (await RunAsync($"kill -0 {Environment.ProcessId}")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task it_sees_no_files_of_the_host()
    {
        using var elsewhere = new TemporaryDirectory();
        await File.WriteAllTextAsync(elsewhere["secret"], "secret\n");

        foreach (var attempt in (string[])[$"read line < {elsewhere["secret"]}", $"echo > {elsewhere["new"]}", "read line < /etc/passwd", $"read line < /proc/{Environment.ProcessId}/environ"])
        {
            var (exitCode, output) = await RunAsync($"{attempt}; echo \"got $line\"");

            Assert.Contains("Permission denied", output, StringComparison.Ordinal);
            Assert.EndsWith("got", output.TrimEnd(), StringComparison.Ordinal);
            Assert.Equal(0, exitCode);
        }
        Assert.False(File.Exists(elsewhere["new"]));
    }

    [Fact]
    public async Task too_much_memory_ends_it()
    {
        var (exitCode, output) = await RunAsync("printf -v text '%*s' 150000000 ''; echo survived");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("cannot allocate", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task too_large_a_file_ends_it()
    {
        const int FileSizeSignal = 25;

        var (exitCode, _) = await RunAsync("printf '%*s' 2000000 '' > file; echo survived");

        Assert.Equal(128 + FileSizeSignal, exitCode);
        Assert.InRange(new FileInfo(_directory["file"]).Length, 0, 1 << 20);
    }

    [Fact]
    public async Task too_much_computing_ends_it()
    {
        const int KillSignal = 9;

        Assert.Equal(128 + KillSignal, (await RunAsync("while :; do :; done")).ExitCode);
    }

    [Fact]
    public async Task waiting_too_long_ends_it()
    {
        const int KillSignal = 9;

        var (exitCode, _) = await ConfinedProcess.RunAsync("/usr/bin/sleep", ["1000"], Bounds, _directory.Path, [], [], TimeSpan.FromSeconds(1), CancellationToken.None);

        Assert.Equal(128 + KillSignal, exitCode);
    }

    [Fact]
    public async Task a_caller_that_gives_up_ends_it()
    {
        using var cancellation = new CancellationTokenSource();
        var run = ConfinedProcess.RunAsync("/usr/bin/sleep", ["1000"], Bounds, _directory.Path, [], [], TimeSpan.FromMinutes(10), cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task what_it_prints_does_not_fill_the_host()
    {
        var (exitCode, output) = await RunAsync("for i in {1..20}; do printf '%*s' 100000 ''; done; echo end >&2; exit 0");

        Assert.Equal(0, exitCode);
        Assert.InRange(output.Length, 3, 3000);
        Assert.StartsWith("end", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task what_cannot_be_set_up_runs_nothing()
    {
        Assert.Equal(ConfineCommand.Failed, (await RunAsync("echo ran", "/does/not/exist")).ExitCode);
        Assert.Equal(ConfineCommand.Failed, ConfineCommand.Run([ConfineCommand.Name, "1", "1", "--", "/usr/bin/true"]));
        Assert.Equal(ConfineCommand.Failed, ConfineCommand.Run([ConfineCommand.Name, "1", "x", "1", "--", "/usr/bin/true"]));
        Assert.Equal(ConfineCommand.Failed, ConfineCommand.Run([ConfineCommand.Name, "1", "1", "1", "--"]));
    }
}
