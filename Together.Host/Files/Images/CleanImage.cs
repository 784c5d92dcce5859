namespace Together.Host.Files.Images;

/// <summary>
/// Copies images without what says who took them, where and with what. Nothing is decoded: pixels, animation and colour profile stay as
/// they are, bit for bit, and memory does not depend on the image. Any thread.
/// </summary>
public static class CleanImage
{
    /// <summary>Colour profiles of cameras and screens have 0.5 to 600 kB, of printers up to 3 MB.</summary>
    internal const int MaxColourProfile = 4 * 1024 * 1024;

    public static bool CanClean(string contentType) => contentType is ContentType.Png or ContentType.Jpeg or ContentType.Gif or ContentType.WebP;

    /// <param name="from">Read once, forwards, up to the image's end or less far.</param>
    /// <param name="to">Written at its position; must seek for WebP. After an exception its content is to be thrown away.</param>
    /// <param name="contentType">One that <see cref="CanClean"/>.</param>
    /// <exception cref="DamagedImageException">Not an image of that type, cut short, or too large.</exception>
    public static async Task<ImageSize> CopyAsync(Stream from, Stream to, string contentType, CancellationToken cancellation)
    {
        using var copy = new ByteCopy(from, to, cancellation);
        var size = contentType switch
        {
            ContentType.Jpeg => await new JpegCopy(copy).RunAsync(),
            ContentType.Png => await new PngCopy(copy).RunAsync(),
            ContentType.Gif => await new GifCopy(copy).RunAsync(),
            ContentType.WebP => await new WebPCopy(copy).RunAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(contentType), contentType, "not a format that is cleaned"),
        };
        await copy.FlushAsync();
        return size;
    }
}
