using System.Collections.Immutable;
using Together.Actors.Servers;
using Together.Protocol;
using Together.Protocol.Channels;

namespace Together.Tests.Actors.Servers;

/// <summary>A server to decide on: an owner, an actor whose bits a test chooses, a peer above them, a plain member, and who is outside.</summary>
internal static class SampleServer
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static readonly ServerId Id = new(Numbered(1));
    public static readonly UserId Owner = new(Numbered(10)), Actor = new(Numbered(11)), Peer = new(Numbered(12)), Plain = new(Numbered(13)), Stranger = new(Numbered(14)), Banned = new(Numbered(15)), Silenced = new(Numbered(16)), Admin = new(Numbered(17));
    public static readonly RoleId Everyone = RoleId.Everyone(Id), Low = new(Numbered(20)), Own = new(Numbered(21)), High = new(Numbered(22)), Administrators = new(Numbered(23)), NewRole = new(Numbered(29));
    public static readonly ChannelId Text = new(Numbered(30)), Voice = new(Numbered(31)), Category = new(Numbered(32)), Hidden = new(Numbered(33)), HiddenCategory = new(Numbered(34)), New = new(Numbered(39));

    /// <summary>An overwrite on <see cref="Text"/> that changes nothing but can be deleted by who has SPEAK.</summary>
    public static readonly Overwrite LowOverwrite = new(Low.Value, OverwriteType.Role, Permissions.None, Permissions.Speak);

    /// <param name="granted">What everybody has, and so the actor.</param>
    public static ServerState With(Permissions granted) => new(
        new ServerRecord(Id, "Garden", Owner, Now),
        Index(
            channel => channel.Id,
            new ChannelRecord(Text, Id, ChannelType.Text, "text", null, null, 0, [LowOverwrite]),
            new ChannelRecord(Voice, Id, ChannelType.Voice, "voice", null, Category, 1, []),
            new ChannelRecord(Category, Id, ChannelType.Category, "category", null, null, 2, []),
            new ChannelRecord(Hidden, Id, ChannelType.Text, "hidden", null, null, 3, [new Overwrite(Id.Value, OverwriteType.Role, Permissions.None, Permissions.ViewChannel)]),
            new ChannelRecord(HiddenCategory, Id, ChannelType.Category, "hidden", null, null, 4, [new Overwrite(Id.Value, OverwriteType.Role, Permissions.None, Permissions.ViewChannel)])),
        Index(role => role.Id, Role(Everyone, 0, granted), Role(Administrators, 1, Permissions.Administrator), Role(Low, 1), Role(Own, 3), Role(High, 4)),
        Index(member => member.UserId, Member(Owner), Member(Actor, Own), Member(Peer, Own), Member(Plain, Low), Member(Admin, Administrators)).ToImmutableSortedDictionary(),
        ImmutableSortedDictionary<UserId, BanRecord>.Empty.Add(Banned, new BanRecord(Id, Banned, Owner, "spam", Now)),
        ImmutableDictionary<UserId, Sanctions>.Empty.Add(Silenced, new Sanctions(Now.AddDays(1), ServerMute: true)),
        Index(
            invite => invite.Code,
            new InviteRecord("owners", Id, Owner, 0, null, null, Now),
            new InviteRecord("own", Id, Actor, 0, null, null, Now),
            new InviteRecord("used up", Id, Owner, 2, 2, null, Now),
            new InviteRecord("expired", Id, Owner, 0, null, Now, Now.AddDays(-1))));

    public static Guid Numbered(int number) => Guid.Parse($"00000000-0000-7000-8000-{number:D12}");

    private static RoleRecord Role(RoleId id, int position, Permissions permissions = Permissions.None) => new(id, Id, $"role {position}", 0, false, false, position, permissions, Now);

    private static MemberRecord Member(UserId id, params RoleId[] roles) => new(id, [.. roles], Now);

    private static ImmutableDictionary<TKey, TRecord> Index<TKey, TRecord>(Func<TRecord, TKey> key, params TRecord[] records) where TKey : notnull => records.ToImmutableDictionary(key);
}
