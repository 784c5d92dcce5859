using Together.Actors.Persistence;

namespace Together.Actors.Views;

/// <summary>Holds this node's newest <see cref="ViewRoot"/>. Written by the event log's loop, read by any thread.</summary>
/// <param name="links">Null where nobody is shown files.</param>
public sealed class CommunityViews(FileLinks? links = null)
{
    private readonly FileLinks _links = links ?? FileLinks.Nowhere;
    private volatile ViewRoot _root = ViewRoot.Empty;

    public ViewRoot Root => _root;

    public void Load(ViewRoot root) => _root = root with { Links = _links };

    public void Fold(LogEntry entry) => _root = _root.Fold(entry);
}
