using System.Text.Json;
using Together.Bench;

namespace Together.Tests.Kit.Browser;

/// <summary>axe-core, which finds what keeps people with disabilities out of a page; it comes with the web client's tools.</summary>
internal static class Axe
{
    private static readonly string Script = Path.Combine(Repository.Root, "Together.Web/node_modules/axe-core/axe.min.js");

    public static Task<string> SourceAsync() => File.Exists(Script)
        ? File.ReadAllTextAsync(Script)
        : throw new FileNotFoundException("Build the web client first, or run npm ci in Together.Web.", Script);

    public static bool IsSerious(JsonElement violation) => violation.GetProperty("impact").GetString() is "serious" or "critical";

    public static string Describe(JsonElement violation)
    {
        var nodes = violation.GetProperty("nodes").EnumerateArray()
            .Select(node => $"    {node.GetProperty("html").GetString()}\n      {node.GetProperty("failureSummary").GetString()?.ReplaceLineEndings("\n      ")}");
        return $"  {violation.GetProperty("impact").GetString()} {violation.GetProperty("id").GetString()}: {violation.GetProperty("help").GetString()}\n{string.Join('\n', nodes)}";
    }
}
