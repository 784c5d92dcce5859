using System.Globalization;
using Together.Bench.Scenarios;

var benchmarks = new SortedDictionary<string, (Func<TimeSpan, Task> RunAsync, string About)>(StringComparer.Ordinal)
{
    ["conversation"] = (Conversation.RunAsync, "latency of 1,000 messages/s in 20 channels of 10"),
    ["conversations"] = (Conversations.RunAsync, "1,000 people who come back at once, read marks, @everyone in a large server, nonces"),
    ["broadcast"] = (Broadcast.RunAsync, "20 messages/s to 1,000 connections"),
    ["history"] = (History.RunAsync, "pages of 50 out of 1,000,000 messages, and a start with them"),
    ["search"] = (Search.RunAsync, "searches in 1,000,000 messages, alone and while 1,000 messages/s are posted"),
    ["permissions"] = (PermissionChecks.RunAsync, "checks a second, READY and memory of a server with 10,000 members"),
    ["files"] = (Files.RunAsync, "20 uploads of 50 MB at once beside messages, and how fast one is fetched"),
    ["saturation"] = (Saturation.RunAsync, "most deliveries and most durable messages a second"),
    ["journal"] = (JournalAppends.RunAsync, "most durable events a second, and a steady load beside appends that cannot be stored"),
    ["footprint"] = (Footprint.RunAsync, "memory, start and stop"),
    ["web"] = (Web.RunAsync, "the web client in Chromium: bytes, login, a channel of 100,000 messages, keys, memory"),
};
var duration = TimeSpan.FromSeconds(10);
List<string> names = [.. args];

if (names is ["seed", .. var address])
    return await Seed.RunAsync(new Uri(address is [var url, ..] ? url : "http://127.0.0.1:8080"));

if (names is ["crash", .. var rounds])
{
    return rounds switch
    {
        [] => await Crash.RunAsync(rounds: 50),
        ["--rounds", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 => await Crash.RunAsync(count),
        _ => Usage("crash takes --rounds and a number"),
    };
}

if (names.IndexOf("--seconds") is >= 0 and var option)
{
    // A gateway connection lives 60 s without a heartbeat, and one is sent before each phase.
    if (option + 1 == names.Count || !int.TryParse(names[option + 1], CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > 40)
        return Usage("--seconds takes a number from 1 to 40");
    duration = TimeSpan.FromSeconds(seconds);
    names.RemoveRange(option, 2);
}
if (names.Count == 0)
    return Usage(null);
if (names is ["all"])
    names = [.. benchmarks.Keys];
if (names.Find(name => !benchmarks.ContainsKey(name)) is { } unknown)
    return Usage($"There is no benchmark named {unknown}");

foreach (var name in names)
    await benchmarks[name].RunAsync(duration);
return 0;

int Usage(string? complaint)
{
    if (complaint is not null)
        Console.Error.WriteLine(complaint);
    Console.WriteLine("./dev bench NAME … [--seconds N]   (all: each of them)");
    foreach (var (name, benchmark) in benchmarks)
        Console.WriteLine($"  {name,-14} {benchmark.About}");
    Console.WriteLine("  crash [--rounds N]  not a benchmark: kills the host N times (50) while people post and read, and checks what they got");
    Console.WriteLine("  seed [url]     not a benchmark: a sample community on a running host");
    return complaint is null ? 0 : 2;
}
