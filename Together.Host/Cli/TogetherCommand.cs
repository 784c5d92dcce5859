using System.CommandLine;
using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Together.Actors.Persistence;
using Together.Host.Configuration;
using Together.Host.Database;

namespace Together.Host.Cli;

/// <summary>The command line: without a command it runs the host. One invocation.</summary>
public static class TogetherCommand
{
    /// <summary>EX_CONFIG of sysexits.h.</summary>
    public const int ConfigurationRefused = 78;

    /// <summary>EX_UNAVAILABLE of sysexits.h: something that the host needs is missing or taken.</summary>
    public const int StartRefused = 69;

    /// <summary>Returns the process's exit code; refused settings are lines on standard error, never a stack trace.</summary>
    public static async Task<int> InvokeAsync(
        string[] args, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Together: text and voice for your own community, on your own machine.")
        {
            ConfigCommand.Create(environment, output),
            JournalCommand.Create(environment, output, error),
            CreateVersion(output),
        };
        root.SetAction(async (_, cancellation) =>
        {
            var configuration = EffectiveConfiguration.Load(environment);
            await using var host = await HostApplication.StartAsync(configuration.Options, configuration.Source, cancellation: cancellation);
            await host.WaitForShutdownAsync(cancellation);
            await host.StopAsync();
            return 0;
        });
        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                // The host handles SIGTERM itself and has its own deadline.
                ProcessTerminationTimeout = null,
            });
        }
        catch (ConfigurationRefusedException refused)
        {
            foreach (string problem in refused.Problems)
                await error.WriteLineAsync(problem);
            return ConfigurationRefused;
        }
        catch (Exception refused) when (refused is DatabaseRefusedException or DatabaseInUseException)
        {
            await error.WriteLineAsync(refused.Message);
            return StartRefused;
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await error.WriteLineAsync($"{taken.Message} Stop what listens there, or set TOGETHER_URLS to another address.");
            return StartRefused;
        }
    }

    private static Command CreateVersion(TextWriter output)
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(_ => output.WriteLine(
            typeof(TogetherCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion));
        return command;
    }
}
