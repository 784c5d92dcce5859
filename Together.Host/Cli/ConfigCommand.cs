using System.CommandLine;
using Together.Host.Configuration;

namespace Together.Host.Cli;

/// <summary><c>together config</c>: what is in effect, without secrets.</summary>
internal static class ConfigCommand
{
    public static Command Create(IReadOnlyDictionary<string, string> environment, TextWriter output)
    {
        var command = new Command("config", "Print the configuration in effect, without secrets, and where each value that is not the default came from.");
        command.SetAction(_ => EffectiveConfiguration.Load(environment).WriteTo(output));
        return command;
    }
}
