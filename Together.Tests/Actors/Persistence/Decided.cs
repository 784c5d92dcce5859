using Together.Actors.Persistence;
using Together.Protocol;
using Xunit;

namespace Together.Tests.Actors.Persistence;

internal static class Decided
{
    public static Decision Accepted(Decision decision)
    {
        Assert.Null(decision.Reply.Error);
        Assert.NotEmpty(decision.Events);
        return decision;
    }

    public static void Refused(ErrorCode error, Decision decision)
    {
        Assert.Equal(error, decision.Reply.Error);
        Assert.Empty(decision.Events);
    }
}
