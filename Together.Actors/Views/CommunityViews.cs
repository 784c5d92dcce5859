using Together.Actors.Persistence;

namespace Together.Actors.Views;

/// <summary>Holds this node's newest <see cref="ViewRoot"/>. Written by the event log's loop, read by any thread.</summary>
public sealed class CommunityViews
{
    private volatile ViewRoot _root = ViewRoot.Empty;

    public ViewRoot Root => _root;

    public void Load(ViewRoot root) => _root = root;

    public void Fold(LogEntry entry) => _root = _root.Fold(entry);
}
