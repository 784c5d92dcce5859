using System.Diagnostics;

namespace Together.Tests.Kit;

/// <summary>Starts the tests' own program as another process, in one of the roles of <see cref="EntryPoint"/>.</summary>
internal static class TestProgram
{
    public static ProcessStartInfo StartInfo(params string[] arguments)
    {
        // The tests run as a program of their own or by "dotnet exec", as the runner likes.
        var program = Environment.ProcessPath!;
        string[] assembly = Path.GetFileName(program) == "dotnet" ? [typeof(TestProgram).Assembly.Location] : [];
        return new ProcessStartInfo(program, [.. assembly, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
    }
}
