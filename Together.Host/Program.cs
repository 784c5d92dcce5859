using System.Collections;
using Together.Host.Cli;

if (args is [ConfineCommand.Name, ..]) return ConfineCommand.Run(args);
var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "");
return await TogetherCommand.InvokeAsync(args, environment, Console.Out, Console.Error);
