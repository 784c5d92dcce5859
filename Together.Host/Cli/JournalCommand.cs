using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Together.Actors.Persistence;
using Together.Host.Configuration;
using Together.Host.Database;

namespace Together.Host.Cli;

/// <summary><c>together journal verify</c> and <c>together journal rebuild</c>: whether the tables are what the journal says, and making them so.</summary>
internal static class JournalCommand
{
    /// <summary>The exit code of a verification that found a difference.</summary>
    private const int Differs = 1;

    /// <summary>About one line a second.</summary>
    private const long EventsPerLine = 20_000;

    public static Command Create(IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter error)
    {
        var verify = new Command("verify", "Replay the journal and compare the tables with it; changes nothing and may run beside a host. Exit code 1: they differ.");
        verify.SetAction((_, cancellation) => RunAsync(environment, error, source => VerifyAsync(source, output, error, cancellation), cancellation));
        var rebuild = new Command("rebuild", "Make the tables anew from the journal. Stop the host first.");
        rebuild.SetAction((_, cancellation) => RunAsync(environment, error, source => RebuildAsync(source, output, error, cancellation), cancellation));
        return new Command("journal", "Check or rebuild the tables that the journal is folded into.") { verify, rebuild };
    }

    private static async Task<int> VerifyAsync(NpgsqlDataSource source, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var comparison = await JournalReplay.VerifyAsync(source, new Progress(error), cancellation);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{comparison.Events} events"));
        foreach (var table in comparison.Tables)
        {
            await output.WriteLineAsync(table.IsEqual
                ? $"{table.Table}: equal"
                : string.Create(CultureInfo.InvariantCulture, $"{table.Table}: {table.Missing} missing, {table.Extra} extra, {table.Changed} changed"));
            foreach (var key in table.Keys) await output.WriteLineAsync($"  {key}");
        }

        return comparison.IsEqual ? 0 : Differs;
    }

    private static async Task<int> RebuildAsync(NpgsqlDataSource source, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var events = await JournalReplay.RebuildAsync(source, new Progress(error), cancellation);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"rebuilt from {events} events"));
        return 0;
    }

    private static async Task<int> RunAsync(
        IReadOnlyDictionary<string, string> environment, TextWriter error, Func<NpgsqlDataSource, Task<int>> run, CancellationToken cancellation)
    {
        var options = EffectiveConfiguration.Load(environment).Options;
        BuiltInPostgres? postgres = null;
        try
        {
            var connectionString = options.Database.Url is { } url ? DatabaseUrl.ToConnectionString(url) : null;
            if (connectionString is null)
            {
                var directory = options.DataDirectory ?? BuiltInPostgres.DefaultDataDirectory;
                connectionString = BuiltInPostgres.FindRunning(directory);
                if (connectionString is null)
                {
                    postgres = await BuiltInPostgres.StartAsync(directory, NullLogger.Instance, cancellation);
                    connectionString = postgres.ConnectionString;
                }
            }

            await using var source = ReadPool.Create(connectionString, size: 1);
            return await run(source);
        }
        catch (UnknownManifestException unknown)
        {
            await error.WriteLineAsync(unknown.Message);
            return TogetherCommand.StartRefused;
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            await error.WriteLineAsync("This database has not been used by this version of Together yet: start the host once.");
            return TogetherCommand.StartRefused;
        }
        finally
        {
            if (postgres is not null) await postgres.StopAsync();
        }
    }

    private sealed class Progress(TextWriter error) : IProgress<long>
    {
        private long _next = EventsPerLine;

        public void Report(long value)
        {
            if (value < _next) return;
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value} events …"));
            _next = value + EventsPerLine;
        }
    }
}
