using System.CommandLine;
using System.Reflection;
using Together.Host.Configuration;

namespace Together.Host.Cli;

/// <summary>The command line: without a command it runs the host. One invocation.</summary>
public static class TogetherCommand
{
    /// <summary>EX_CONFIG of sysexits.h.</summary>
    public const int ConfigurationRefused = 78;

    /// <summary>Returns the process's exit code; refused settings are lines on standard error, never a stack trace.</summary>
    public static async Task<int> InvokeAsync(
        string[] args, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Together: text and voice for your own community, on your own machine.")
        {
            ConfigCommand.Create(environment, output),
            CreateVersion(output),
        };
        root.SetAction(async (_, cancellation) =>
        {
            var configuration = EffectiveConfiguration.Load(environment);
            await using var app = HostApplication.Build(configuration.Options, configuration.Source);
            await app.RunAsync(cancellation);
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
    }

    private static Command CreateVersion(TextWriter output)
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(_ => output.WriteLine(
            typeof(TogetherCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion));
        return command;
    }
}
