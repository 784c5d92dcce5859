namespace Together.Protocol.Channels;

/// <param name="Messages">A page of them.</param>
/// <param name="Total">All that match; 500 stands for that many and more.</param>
/// <param name="HasMore">Whether there are any behind this page.</param>
/// <param name="Highlights">Where the words are, for those of the messages that have any of them.</param>
public sealed record SearchResult(IReadOnlyList<Message> Messages, int Total, bool HasMore, IReadOnlyList<Highlight> Highlights);

/// <param name="Ranges">Pairs of start and end in the message's content, in UTF-16 code units, ascending; the end is exclusive.</param>
public sealed record Highlight(MessageId MessageId, IReadOnlyList<IReadOnlyList<int>> Ranges);
