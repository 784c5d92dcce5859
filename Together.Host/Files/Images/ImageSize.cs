namespace Together.Host.Files.Images;

/// <summary>Pixels of an image as it is shown: after the orientation that its metadata asks for.</summary>
public readonly record struct ImageSize(int Width, int Height)
{
    /// <summary>JPEG, GIF and PNG go further, but WebP ends at 16,383 and a viewer's textures at 16,384.</summary>
    public const int MaxSide = 16_384;

    /// <summary>As RGBA 400 MB, which a viewer must hold while it shows one.</summary>
    public const long MaxPixels = 100_000_000;

    public const int MaxFrames = 5_000;

    /// <summary>All frames together: 6,500 of 640 × 480, or 960 of 1920 × 1080. A browser takes some 10 s to go through them.</summary>
    public const long MaxAnimatedPixels = 2_000_000_000;

    public long Pixels => (long)Width * Height;

    /// <summary>What image formats declare, refused when nobody should decode it.</summary>
    internal static ImageSize Accept(long width, long height)
    {
        if (width is 0 || height is 0) throw new DamagedImageException("the image has no pixels");
        if (width > MaxSide || height > MaxSide || width * height > MaxPixels)
            throw new DamagedImageException($"the image is larger than {MaxSide} pixels on a side or {MaxPixels / 1_000_000} megapixels");
        return new ImageSize((int)width, (int)height);
    }

    internal void AcceptFrames(long frames)
    {
        // Viewers compose each frame on the whole canvas, however small it is.
        if (frames > MaxFrames || frames * Pixels > MaxAnimatedPixels && frames > 1)
            throw new DamagedImageException($"the animation has more than {MaxFrames} frames or {MaxAnimatedPixels / 1_000_000} megapixels in all");
    }

    /// <param name="orientation">1 to 8 (EXIF 2.32, tag 274); from 5 on, width and height change places.</param>
    internal ImageSize Oriented(int orientation) => orientation >= 5 ? new ImageSize(Height, Width) : this;
}
