using Together.Protocol;

namespace Together.Actors.Runtime;

/// <summary>What an <see cref="Ask"/> is answered with: a value, or a refusal from the one table of codes.</summary>
/// <param name="Value">What was asked for; null for a refusal, and where there is nothing to say.</param>
/// <param name="Error">Why it was refused.</param>
/// <param name="Detail">For people.</param>
/// <param name="Field">Which field of the request is at fault, for <see cref="ErrorCode.InvalidBody"/>.</param>
/// <param name="RetryAfter">When to come back, for <see cref="ErrorCode.RateLimited"/>.</param>
public readonly record struct Reply(object? Value, ErrorCode? Error = null, string? Detail = null, string? Field = null, TimeSpan? RetryAfter = null)
{
    public static Reply Refuse(ErrorCode error, string? detail = null, string? field = null) => new(null, error, detail, field);

    public static Reply TooEarly(TimeSpan wait, string detail) => new(null, ErrorCode.RateLimited, detail, RetryAfter: wait);

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
