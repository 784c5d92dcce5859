using Together.Actors.Channels;
using Together.Actors.Runtime;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Protocol;

namespace Together.Host.Http;

/// <summary>The header <c>X-Audit-Log-Reason</c>: why a moderator does it. UTF-8, as it is or percent-encoded.</summary>
public static class AuditReason
{
    public const string Header = "X-Audit-Log-Reason";

    /// <summary>Asks the server, with the request's reason.</summary>
    public static Task<Reply> AskAsync(this Node node, HttpContext context, ServerId server, ServerCommand command) =>
        TryRead(context, out var reason, out var refusal)
            ? node.Region.AskAsync(EntityRef.Server(server), command with { Reason = reason })
            // To a stranger nothing is there, whatever is wrong with the reason.
            : Task.FromResult(node.Views.Root.Server(server)?.Members.ContainsKey(command.Actor) == true ? refusal : Reply.Refuse(ErrorCode.NotFound));

    /// <summary>Asks the channel, with the request's reason.</summary>
    public static Task<Reply> AskAsync(this Node node, HttpContext context, AnyChannel channel, ChannelCommand command) =>
        TryRead(context, out var reason, out var refusal)
            ? node.Region.AskAsync(channel.Entity, command with { Reason = reason })
            : Task.FromResult(refusal);

    private static bool TryRead(HttpContext context, out string? reason, out Reply refusal)
    {
        reason = null;
        refusal = default;
        var values = context.Request.Headers[Header];
        if (values.Count == 0) return true;
        var errors = new FieldErrors();
        if (values is [{ } value]) reason = errors.TextOrNull(Header, Uri.UnescapeDataString(value), Limits.ReasonMax);
        else errors.Add(Header, "must be given once");
        if (!errors.IsAny(out var problem)) return true;
        refusal = Reply.Refuse(ErrorCode.InvalidBody, problem.Errors![Header][0], Header);
        return false;
    }
}
