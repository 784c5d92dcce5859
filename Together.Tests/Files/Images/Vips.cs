using System.Diagnostics;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Files.Images;

/// <summary>Makes and decodes real pictures with libvips' own command.</summary>
internal static class Vips
{
    /// <summary>A colourful picture that is the same each time, saved by <paramref name="command"/> (<c>jpegsave</c>, <c>gifsave</c>, …).</summary>
    public static Task<byte[]> MakeAsync(string command, string ending, int width, int height, params string[] options) =>
        WithFilesAsync(Ppm(width, height), ".ppm", ending, (source, target) => RunAsync([command, source, target, .. options]));

    /// <summary>All pixels of all frames, as they are stored.</summary>
    public static Task<byte[]> PixelsAsync(byte[] picture, bool isAnimated = false) =>
        WithFilesAsync(picture, "", ".raw", (source, target) => RunAsync(["rawsave", source + (isAnimated ? "[n=-1]" : ""), target]));

    public static async Task<string> FieldAsync(byte[] picture, string field)
    {
        using var files = new TemporaryDirectory();
        await File.WriteAllBytesAsync(files["source"], picture);
        return await RunAsync("vipsheader", ["-f", field, files["source"]]);
    }

    private static async Task<byte[]> WithFilesAsync(byte[] source, string sourceEnding, string targetEnding, Func<string, string, Task> work)
    {
        using var files = new TemporaryDirectory();
        await File.WriteAllBytesAsync(files["source" + sourceEnding], source);
        await work(files["source" + sourceEnding], files["target" + targetEnding]);
        return await File.ReadAllBytesAsync(files["target" + targetEnding]);
    }

    private static Task<string> RunAsync(string[] arguments) => RunAsync("vips", arguments);

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await errors}");
        return output.Trim();
    }

    private static byte[] Ppm(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        var random = new Random(7);
        for (var at = 0; at < pixels.Length; at++)
        {
            var (x, y) = (at / 3 % width, at / 3 / width);
            pixels[at] = (byte)((at % 3) switch { 0 => x * 255 / width, 1 => y * 255 / height, _ => (x / 8 + y / 8) % 2 * 200 + random.Next(8) });
        }
        return [.. System.Text.Encoding.ASCII.GetBytes($"P6\n{width} {height}\n255\n"), .. pixels];
    }
}
