using Together.Protocol;
using Xunit;

namespace Together.Tests.Protocol;

public class PermissionNamesTests
{
    [Fact]
    public void every_bit_has_the_name_of_the_protocol() => Assert.Equal(
        [
            "VIEW_CHANNEL", "SEND_MESSAGES", "MANAGE_MESSAGES", "ATTACH_FILES", "ADD_REACTIONS", "CONNECT_VOICE", "SPEAK", "MUTE_MEMBERS", "KICK_MEMBERS", "BAN_MEMBERS",
            "MANAGE_CHANNELS", "MANAGE_SERVER", "ADMINISTRATOR", "MANAGE_ROLES", "CREATE_INVITE", "READ_MESSAGE_HISTORY", "MENTION_EVERYONE", "CHANGE_NICKNAME", "MANAGE_NICKNAMES",
            "DEAFEN_MEMBERS", "MOVE_MEMBERS", "TIMEOUT_MEMBERS", "VIEW_AUDIT_LOG", "MANAGE_WEBHOOKS", "STREAM", "PRIORITY_SPEAKER", "EMBED_LINKS", "MANAGE_EMOJI",
        ],
        Enumerable.Range(0, 28).Select(bit => ((Permissions)(1UL << bit)).Name()));

    [Theory]
    [InlineData("SEND_MESSAGES", true)]
    [InlineData("send_Messages", true)]
    [InlineData("SendMessages", false)]
    [InlineData("ALL", false)]
    [InlineData("NONE", false)]
    [InlineData("EVERYONE_DEFAULT", false)]
    [InlineData("1", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void a_name_is_read_in_any_case_and_nothing_else_is(string? name, bool isRead)
    {
        Assert.Equal(isRead, PermissionNames.TryRead(name, out var permission));
        Assert.Equal(isRead ? Permissions.SendMessages : Permissions.None, permission);
    }
}
