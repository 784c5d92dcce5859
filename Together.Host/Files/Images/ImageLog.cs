namespace Together.Host.Files.Images;

internal static partial class ImageLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Pictures get no thumbnails, and AVIF, HEIC and TIFF are not taken: vipsthumbnail is missing. Install the package libvips-tools (Debian, Ubuntu), vips-tools (Fedora) or libvips (Arch).")]
    public static partial void Missing(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pictures get no thumbnails, and AVIF, HEIC and TIFF are not taken: vipsthumbnail could not be run confined (Linux on x86-64 or arm64 with seccomp), as the line before says.")]
    public static partial void Unusable(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "A picture could not be decoded (exit code {ExitCode}): {Output}")]
    public static partial void Failed(ILogger logger, int exitCode, string output);
}
