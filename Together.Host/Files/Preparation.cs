using System.Security.Cryptography;
using Together.Host.Files.Images;
using Together.Host.Http;
using Together.Protocol;

namespace Together.Host.Files;

/// <summary>A file that may be stored.</summary>
/// <param name="ContentType">By its content.</param>
/// <param name="Size">Of images only.</param>
public sealed record PreparedFile(NewBlob Blob, string Filename, string ContentType, ImageSize? Size, NewBlob? Thumbnail);

/// <summary>An avatar or icon that may be stored.</summary>
public sealed record PreparedPicture(NewBlob Blob, string ContentType);

/// <summary>
/// Makes of what was sent what may be stored: says what it is by its content, takes out of images what says who made them, where and with
/// what, and makes thumbnails, avatars and icons. Any thread.
/// </summary>
public sealed class Preparation(ImageTool tool)
{
    /// <summary>An image within this, and within the thumbnail's sides, is its own thumbnail.</summary>
    private const long SmallImage = 200_000;

    private const string Unreadable = "is an image that cannot be read";

    /// <summary>Refused are images that are damaged, too large in pixels, or cannot be cleaned.</summary>
    public async Task<OrProblem<PreparedFile>> AttachmentAsync(IncomingFile file, Staging staging, CancellationToken cancellation)
    {
        var contentType = ContentType.Of(file.Head, isWhole: file.Size == file.Head.Length);
        if (!CleanImage.CanClean(contentType) && !ImageTool.CanConvert(contentType))
            return new PreparedFile(new NewBlob(file.Staged, file.Hash, file.Size), file.Filename, contentType, null, null);

        if (!(await CleanAsync(file, contentType, staging, cancellation)).TryGet(out var image, out var problem)) return problem;
        var name = image.ContentType == contentType ? file.Filename : Filename.WithExtension(file.Filename, ".webp");
        return new PreparedFile(image.Blob, name, image.ContentType, image.Size, await ThumbnailAsync(image, staging, cancellation));
    }

    /// <summary>An avatar or icon: a square in WebP. Without the tools the picture is kept as it is, but cleaned.</summary>
    public async Task<OrProblem<PreparedPicture>> SquareAsync(IncomingFile file, Staging staging, CancellationToken cancellation)
    {
        var contentType = ContentType.Of(file.Head, isWhole: file.Size == file.Head.Length);
        if (!CleanImage.CanClean(contentType) && !ImageTool.CanConvert(contentType)) return IncomingFile.Refused("must be an image: PNG, JPEG, WebP or GIF");
        if (!(await CleanAsync(file, contentType, staging, cancellation)).TryGet(out var image, out var problem)) return problem;
        if (!tool.IsAvailable) return new PreparedPicture(image.Blob, image.ContentType);
        var square = staging.Next();
        if (await tool.SquareAsync(image.Blob.Staged.Path, square.Path, Limits.MediaSide, cancellation) is null) return IncomingFile.Refused(Unreadable);
        return new PreparedPicture(await FinishAsync(square, cancellation), ContentType.WebP);
    }

    private async Task<OrProblem<CleanedImage>> CleanAsync(IncomingFile file, string contentType, Staging staging, CancellationToken cancellation)
    {
        var source = file.Staged;
        if (!CleanImage.CanClean(contentType))
        {
            if (!tool.IsAvailable)
                return IncomingFile.Refused("is a kind of image that may say where it was taken, and this host cannot remove that: send it as PNG, JPEG, WebP or GIF");
            source = staging.Next();
            if (await tool.ConvertAsync(file.Staged.Path, source.Path, cancellation) is null) return IncomingFile.Refused(Unreadable);
            contentType = ContentType.WebP;
        }

        var clean = staging.Next();
        try
        {
            ImageSize size;
            await using (var from = source.OpenRead())
            await using (var to = clean.OpenWrite())
            {
                size = await CleanImage.CopyAsync(from, to, contentType, cancellation);
            }

            return new CleanedImage(await FinishAsync(clean, cancellation), size, contentType);
        }
        catch (DamagedImageException damaged)
        {
            return IncomingFile.Refused(damaged.Message);
        }
    }

    private async Task<NewBlob?> ThumbnailAsync(CleanedImage image, Staging staging, CancellationToken cancellation)
    {
        if (!tool.IsAvailable || image is { Size: { Width: <= Limits.ThumbnailSide, Height: <= Limits.ThumbnailSide }, Blob.Size: <= SmallImage }) return null;
        var thumbnail = staging.Next();
        return await tool.ThumbnailAsync(image.Blob.Staged.Path, thumbnail.Path, Limits.ThumbnailSide, cancellation) is not null ? await FinishAsync(thumbnail, cancellation) : null;
    }

    private static async Task<NewBlob> FinishAsync(StagedFile staged, CancellationToken cancellation)
    {
        await using var file = new FileStream(staged.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, useAsync: true);
        var hash = await SHA256.HashDataAsync(file, cancellation);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        return new NewBlob(staged, Convert.ToHexStringLower(hash), file.Length);
    }

    private sealed record CleanedImage(NewBlob Blob, ImageSize Size, string ContentType);
}
