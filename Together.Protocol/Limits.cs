namespace Together.Protocol;

/// <summary>Sizes and counts a client can meet. Lengths are in UTF-16 code units unless a name says bytes.</summary>
public static class Limits
{
    public const int UsernameMin = 2;
    public const int UsernameMax = 32;
    public const int PasswordMinBytes = 8;

    /// <summary>bcrypt reads 72 bytes and ignores the rest: a longer password is refused, never cut.</summary>
    public const int PasswordMaxBytes = 72;

    public const int EmailMax = 254;
    public const int DisplayNameMax = 32;
    public const int NicknameMax = 32;
    public const int CustomStatusMax = 128;
    public const int InstanceNameMax = 100;
    public const int ServerNameMax = 100;
    public const int ChannelNameMax = 100;
    public const int ChannelTopicMax = 1024;
    public const int MessageContentMax = 4000;
    public const int NonceMax = 64;

    /// <summary>What one message may mention by name; more are plain text.</summary>
    public const int MentionsMax = 100;

    public const int BulkDeleteMax = 100;

    /// <summary>Kinds of emoji on one message.</summary>
    public const int ReactionKindsMax = 20;

    public const int PinsMax = 250;

    /// <summary>Files of one message.</summary>
    public const int AttachmentsMax = 10;

    public const int FilenameMax = 120;

    /// <summary>An avatar's or icon's width and height in pixels.</summary>
    public const int MediaSide = 512;

    /// <summary>A thumbnail's width and height at most, in pixels.</summary>
    public const int ThumbnailSide = 800;

    public const int AboutMax = 190;
    public const int LocaleMax = 35;

    /// <summary>Servers and channels with a notification setting of their own.</summary>
    public const int NotificationsMax = 1000;

    /// <summary>Friends, requests and blocked users together.</summary>
    public const int RelationshipsMax = 1000;

    /// <summary>Friend requests to one person within an hour: who is turned down that often shall stop.</summary>
    public const int FriendRequestsPerHour = 10;

    /// <summary>People in a group, with its owner.</summary>
    public const int GroupMax = 10;

    /// <summary>Direct messages and groups that a user has open.</summary>
    public const int PrivateChannelsPerUser = 1000;

    public const int PageDefault = 50;
    public const int PageMax = 100;

    public const int SearchQueryMax = 256;

    /// <summary>Words, phrases and exclusions of one search.</summary>
    public const int SearchTermsMax = 20;

    /// <summary>More matches are not counted.</summary>
    public const int SearchTotalMax = 500;

    public const int SearchOffsetMax = 1000;

    public const int ServersPerUser = 100;
    public const int ChannelsPerServer = 500;

    /// <summary>With <c>@everyone</c>.</summary>
    public const int RolesPerServer = 250;
    public const int OverwritesPerServer = 1000;
    public const int InvitesPerServer = 1000;
    public const int BansPerServer = 10_000;
    public const int RoleNameMax = 100;
    public const int RolePositionMax = 1000;

    /// <summary>24-bit RGB.</summary>
    public const int ColorMax = 0xFFFFFF;

    public const int TimeoutMaxDays = 28;

    /// <summary>Of a ban, a kick or any other change, in UTF-16 code units.</summary>
    public const int ReasonMax = 512;

    /// <summary>Seven days, as in Discord.</summary>
    public const int BanDeleteMessageMaxSeconds = 604_800;

    /// <summary>Six hours, as in Discord.</summary>
    public const int SlowModeMaxSeconds = 21_600;

    public const int VoiceUserLimitMax = 99;

    /// <summary>Thirty days.</summary>
    public const int InviteMaxAgeSeconds = 2_592_000;

    public const int InviteMaxUses = 1000;

    /// <summary>Members inside a server object of READY and SERVER_CREATE; more by REST or REQUEST_MEMBERS.</summary>
    public const int MembersInServerObject = 1000;

    /// <summary>64 KiB: a larger gateway frame from a client closes with 4013.</summary>
    public const int GatewayFrameMaxBytes = 64 * 1024;

    /// <summary>1 MiB: a larger JSON body answers 413.</summary>
    public const int JsonBodyMaxBytes = 1024 * 1024;
}
