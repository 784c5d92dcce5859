using Together.Host.Cli;

namespace Together.Host.Files.Images;

/// <summary>
/// Decodes pictures with libvips' command-line tool, in a confined process for each: thumbnails, avatars, and formats that
/// <see cref="CleanImage"/> does not know. Any thread; lives as long as the host.
/// </summary>
public sealed class ImageTool : IDisposable
{
    private const string Program = "vipsthumbnail";

    /// <summary>Each takes a core for as long as it runs, and the rest of the host wants the others.</summary>
    private const int MaxRunning = 1;

    /// <summary>At 0.2 s a picture the last one waits for 6 s.</summary>
    private const int MaxWaiting = 32;

    /// <summary>
    /// 100 megapixels take 0.25 GB (JPEG, PNG) to 0.75 GB (GIF, WebP) of address space, and a conversion 0.75 GB; 16 bits a channel, interlaced, twice as much.
    /// A thumbnail of 12 megapixels takes 0.1 s, a conversion 1.4 s, of 100 megapixels 7 s.
    /// </summary>
    private static readonly Confinement.Bounds Bounds = new(Memory: 1536UL << 20, ProcessorTime: 20, FileSize: 64UL << 20);

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string> Settings = new()
    {
        // Without them each thread and each arena of malloc reserves address space of its own.
        ["VIPS_CONCURRENCY"] = "1",
        ["MALLOC_ARENA_MAX"] = "1",
        // Only the decoders that libvips holds safe for strangers' files: no SVG, PDF, ImageMagick, ….
        ["VIPS_BLOCK_UNTRUSTED"] = "1",
        // Large pictures are decoded into memory, which is bounded, rather than into a file.
        ["VIPS_DISC_THRESHOLD"] = "4g",
    };

    private const string TemporaryPrefix = "together-image-";

    /// <summary>WebP's longest side.</summary>
    private const int MaxConvertedSide = 16_383;

    private readonly SemaphoreSlim _running = new(MaxRunning);
    private readonly ILogger _logger;
    private readonly string? _program;
    private int _waiting;

    private ImageTool(ILogger logger, string? program) => (_logger, _program) = (logger, program);

    /// <summary>Whether it works here. Where it does not, everything answers null.</summary>
    public bool IsAvailable => _program is not null;

    /// <summary>What <see cref="ConvertAsync"/> takes.</summary>
    public static bool CanConvert(string contentType) => contentType is ContentType.Avif or ContentType.Heic or ContentType.Tiff;

    /// <summary>Looks for the tool and tries it, confined, on a small picture. What is missing is said in the log, once.</summary>
    public static Task<ImageTool> FindAsync(ILogger logger, CancellationToken cancellation) =>
        FindAsync(logger, Environment.GetEnvironmentVariable("PATH") ?? "", cancellation);

    internal static async Task<ImageTool> FindAsync(ILogger logger, string path, CancellationToken cancellation)
    {
        var program = path.Split(':').Where(Path.IsPathRooted).Select(directory => Path.Combine(directory, Program)).FirstOrDefault(File.Exists);
        if (program is null)
        {
            ImageLog.Missing(logger);
            return new ImageTool(logger, null);
        }
        var tool = new ImageTool(logger, program);
        if (await tool.WorksAsync(cancellation)) return tool;
        ImageLog.Unusable(logger);
        tool.Dispose();
        return new ImageTool(logger, null);
    }

    /// <summary>Fits the first frame, upright, into a square; never enlarges. Answers its size, or null when the picture cannot be decoded within the bounds.</summary>
    /// <param name="target">A WebP without metadata; overwritten.</param>
    public Task<ImageSize?> ThumbnailAsync(string source, string target, int maxSide, CancellationToken cancellation) =>
        RunAsync(source, target, ["--size", $"{maxSide}x{maxSide}>", "--output", Output(quality: 80)], cancellation);

    /// <summary>The middle of the first frame as a square of exactly this side. Otherwise as <see cref="ThumbnailAsync"/>.</summary>
    public Task<ImageSize?> SquareAsync(string source, string target, int side, CancellationToken cancellation) =>
        RunAsync(source, target, ["--size", $"{side}x{side}", "--smartcrop", "centre", "--output", Output(quality: 85)], cancellation);

    /// <summary>The whole picture as WebP, within the bounds of <see cref="ImageSize"/>. Otherwise as <see cref="ThumbnailAsync"/>.</summary>
    public Task<ImageSize?> ConvertAsync(string source, string target, CancellationToken cancellation) =>
        RunAsync(source, target, ["--size", $"{MaxConvertedSide}x{MaxConvertedSide}>", "--output", Output(quality: 90)], cancellation);

    public void Dispose() => _running.Dispose();

    private async Task<bool> WorksAsync(CancellationToken cancellation)
    {
        try
        {
            var picture = Directory.CreateTempSubdirectory(TemporaryPrefix);
            try
            {
                var (source, target) = (Path.Combine(picture.FullName, "source"), Path.Combine(picture.FullName, "target.webp"));
                await File.WriteAllBytesAsync(source, OnePixel, cancellation);
                return await ThumbnailAsync(source, target, maxSide: 1, cancellation) is not null;
            }
            finally
            {
                picture.Delete(recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No temporary directory, for example: the host runs all the same.
            ImageLog.Failed(_logger, ConfineCommand.Failed, e.Message);
            return false;
        }
    }

    private static string Output(int quality) => $"target.webp[Q={quality},strip,profile=none]";

    private async Task<ImageSize?> RunAsync(string source, string target, string[] arguments, CancellationToken cancellation)
    {
        if (_program is null) return null;
        try
        {
            if (Interlocked.Increment(ref _waiting) > MaxRunning + MaxWaiting) return null;
            await _running.WaitAsync(cancellation);
            try
            {
                return await RunNowAsync(_program, source, target, arguments, cancellation);
            }
            finally
            {
                _running.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<ImageSize?> RunNowAsync(string program, string source, string target, string[] arguments, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory(TemporaryPrefix);
        try
        {
            // libvips reads options from a file's name, and a loader from its ending.
            File.CreateSymbolicLink(Path.Combine(directory.FullName, "source"), Path.GetFullPath(source));
            var (exitCode, output) = await ConfinedProcess.RunAsync(
                program, ["source", "--export-profile", "srgb", .. arguments], Bounds, directory.FullName, [Path.GetFullPath(source)], Settings, Time, cancellation);
            if (exitCode != 0)
            {
                ImageLog.Failed(_logger, exitCode, output);
                return null;
            }
            // What a decoder has written may be what a stranger has made it write: it is taken only as what it should be.
            await using var from = File.OpenRead(Path.Combine(directory.FullName, "target.webp"));
            await using var to = File.Create(target);
            return await CleanImage.CopyAsync(from, to, ContentType.WebP, cancellation);
        }
        catch (Exception e) when (e is DamagedImageException or FileNotFoundException)
        {
            ImageLog.Failed(_logger, 0, e.Message);
            return null;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>A GIF of one white pixel.</summary>
    private static byte[] OnePixel =>
    [
        .. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ];
}
