using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Together.Bench.Load;

namespace Together.Bench;

/// <summary>
/// The figures of one benchmark beside their targets, and what is needed to judge them: commit, machine, load before the start. Printed as a
/// table and written to artifacts/bench. One thread; lives as long as the benchmark.
/// </summary>
internal sealed class Report(string benchmark)
{
    private readonly List<Figure> _figures = [];
    private readonly string _loadBefore = string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);

    private enum Aim
    {
        None,
        AtMost,
        AtLeast,
    }

    /// <summary>A figure without a target.</summary>
    public void Add(string name, double value, string unit) => _figures.Add(new Figure(name, value, unit, Aim.None, 0));

    public void AtMost(double target, string name, double value, string unit) => _figures.Add(new Figure(name, value, unit, Aim.AtMost, target));

    public void AtLeast(double target, string name, double value, string unit) => _figures.Add(new Figure(name, value, unit, Aim.AtLeast, target));

    /// <summary>Split by process, so that a change shows where its cost went.</summary>
    public void AddCpu(CpuUse used, long count, string per)
    {
        Add($"host CPU per {per}", used.Host.TotalMicroseconds / Math.Max(1, count), "µs");
        Add($"PostgreSQL CPU per {per}", used.Postgres.TotalMicroseconds / Math.Max(1, count), "µs");
        Add($"load generator CPU per {per}", used.Generator.TotalMicroseconds / Math.Max(1, count), "µs");
    }

    public async Task WriteAsync(string limits)
    {
        var commit = await CommitAsync();
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? "unknown";
        Console.WriteLine($"{benchmark}: commit {commit}, {Environment.ProcessorCount} × {model}, load before {_loadBefore}, limits {limits}");
        foreach (var figure in _figures)
            Console.WriteLine($"  {figure.Name,-52} {Number(figure.Value),12} {figure.Unit,-12} {Verdict(figure)}");

        var path = Path.Combine(Repository.Artifacts(), $"{benchmark}.json");
        await using var file = File.Create(path);
        await using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("benchmark", benchmark);
        json.WriteString("time", TimeProvider.System.GetUtcNow());
        json.WriteString("commit", commit);
        json.WriteString("cpu", model);
        json.WriteNumber("cores", Environment.ProcessorCount);
        json.WriteString("load_before", _loadBefore);
        json.WriteString("limits", limits);
        json.WriteString("runtime", Environment.Version.ToString());
        json.WriteStartArray("figures");
        foreach (var figure in _figures)
        {
            json.WriteStartObject();
            json.WriteString("name", figure.Name);
            json.WriteNumber("value", Math.Round(figure.Value, 3));
            json.WriteString("unit", figure.Unit);
            if (figure.Aim != Aim.None)
            {
                json.WriteNumber(figure.Aim == Aim.AtMost ? "at_most" : "at_least", figure.Target);
                json.WriteBoolean("met", figure.IsMet);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Verdict(Figure figure) => figure.Aim switch
    {
        Aim.None => "",
        Aim.AtMost => $"{(figure.IsMet ? "met   " : "MISSED")} (at most {Number(figure.Target)})",
        _ => $"{(figure.IsMet ? "met   " : "MISSED")} (at least {Number(figure.Target)})",
    };

    private static string Number(double value) => value.ToString(Math.Abs(value) < 100 ? "0.##" : "#,0", CultureInfo.InvariantCulture);

    private static async Task<string> CommitAsync()
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"])
            start.ArgumentList.Add(argument);
        using var git = Process.Start(start)!;
        var text = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        return git.ExitCode == 0 ? text.Trim() : "unknown";
    }

    private sealed record Figure(string Name, double Value, string Unit, Aim Aim, double Target)
    {
        public bool IsMet => Aim == Aim.AtMost ? Value <= Target : Value >= Target;
    }
}
