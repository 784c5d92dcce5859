using System.Globalization;

namespace Together.Bench.Load;

/// <summary>What Linux accounts to one process, read from /proc. A moment's values; any thread.</summary>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long ResidentBytes, long ProportionalBytes)
{
    // proc(5): times are in clock ticks; USER_HZ is 100 on every architecture that .NET runs on.
    private const int TicksPerSecond = 100;

    public static ProcessUsage operator +(ProcessUsage left, ProcessUsage right) =>
        new(left.Cpu + right.Cpu, left.ResidentBytes + right.ResidentBytes, left.ProportionalBytes + right.ProportionalBytes);

    /// <summary>With the CPU time of its children that ended, so that PostgreSQL's closed sessions still count; zero for a process that is gone.</summary>
    public static ProcessUsage Of(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            // Fields are counted behind the name, which may hold spaces: utime, stime, cutime, cstime are 14 to 17, the first behind it is 3.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
            return new ProcessUsage(TimeSpan.FromSeconds((double)ticks / TicksPerSecond),
                KiB($"/proc/{process}/status", "VmRSS:"), KiB($"/proc/{process}/smaps_rollup", "Pss:"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>The processes whose working directory is this one: PostgreSQL's all stand in their data directory.</summary>
    public static IReadOnlyList<int> WorkingIn(Func<string, bool> directory)
    {
        List<int> found = [];
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var process))
                continue;
            try
            {
                if (new FileInfo($"{entry}/cwd").LinkTarget is { } target && directory(target))
                    found.Add(process);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is another user's.
            }
        }
        return found;
    }

    private static long KiB(string file, string name)
    {
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
