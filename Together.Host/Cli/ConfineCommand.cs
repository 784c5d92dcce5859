using System.Globalization;
using Together.Host.Files.Images;

namespace Together.Host.Cli;

/// <summary>
/// <c>together confine</c>, with which the host starts programs that read what strangers have sent. Not for people, so the help does not
/// list it; and read without the command line's parser, so that it starts fast.
/// </summary>
internal static class ConfineCommand
{
    public const string Name = "confine";

    /// <summary>As of timeout(1) and env(1): they themselves have failed, not what they were to run.</summary>
    public const int Failed = 125;

    /// <summary>The arguments that <see cref="Run"/> takes.</summary>
    public static IEnumerable<string> Arguments(string program, IEnumerable<string> arguments, Confinement.Bounds bounds, IEnumerable<string> readable) =>
    [
        Name,
        .. new[] { bounds.Memory, bounds.ProcessorTime, bounds.FileSize }.Select(number => number.ToString(CultureInfo.InvariantCulture)),
        .. readable, "--", program, .. arguments,
    ];

    /// <summary>Becomes the program; answers only when that cannot be.</summary>
    public static int Run(string[] args)
    {
        if (args is not [Name, var memory, var processorTime, var fileSize, .. var rest] || Array.IndexOf(rest, "--") is var end && end < 0 || end + 1 == rest.Length)
        {
            Console.Error.WriteLine("together confine <bytes of memory> <seconds of processor time> <bytes of a file> [readable file …] -- <program> [argument …]");
            return Failed;
        }
        try
        {
            Confinement.Run(rest[end + 1], rest[(end + 2)..], new Confinement.Bounds(Number(memory), Number(processorTime), Number(fileSize)), rest[..end]);
        }
        catch (Exception refused) when (refused is PlatformNotSupportedException or FormatException or OverflowException)
        {
            Console.Error.WriteLine($"together confine: {refused.Message}");
        }
        return Failed;
    }

    private static ulong Number(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
