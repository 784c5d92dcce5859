namespace Together.Host.Files.Images;

/// <summary>An image that is not what it says, or more than is accepted. The message is a clause for its uploader: "the image ends too early".</summary>
public sealed class DamagedImageException(string message) : Exception(message);
