using Together.Protocol;

namespace Together.Actors.Runtime;

/// <summary>What an <see cref="Ask"/> is answered with: a value, or a refusal from the one table of codes.</summary>
public readonly record struct Reply(object? Value, ErrorCode? Error = null, string? Detail = null)
{
    public static Reply Refuse(ErrorCode error, string? detail = null) => new(null, error, detail);

    public static Reply Unavailable => Refuse(ErrorCode.Unavailable);

    public static Reply Overloaded => Refuse(ErrorCode.Overloaded);
}

/// <summary>
/// A command on its way to an actor, with the place its answer goes to. Any thread may answer; the first answer counts.
/// Past its deadline the asker has gone: an actor that has not started on it drops it.
/// </summary>
public sealed class Ask(object command, DateTimeOffset deadline)
{
    private readonly TaskCompletionSource<Reply> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public object Command => command;

    public DateTimeOffset Deadline => deadline;

    public Task<Reply> Answer => _answer.Task;

    public void Complete(Reply reply) => _answer.TrySetResult(reply);
}
