using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Together.Protocol;

/// <summary>What a member may do: a 64-bit mask, on the wire a decimal string (a number is accepted on input).</summary>
[Flags]
[JsonConverter(typeof(PermissionsJsonConverter))]
public enum Permissions : ulong
{
    None = 0,
    ViewChannel = 1UL << 0,
    SendMessages = 1UL << 1,
    ManageMessages = 1UL << 2,
    AttachFiles = 1UL << 3,
    AddReactions = 1UL << 4,
    ConnectVoice = 1UL << 5,
    Speak = 1UL << 6,
    MuteMembers = 1UL << 7,
    KickMembers = 1UL << 8,
    BanMembers = 1UL << 9,
    ManageChannels = 1UL << 10,
    ManageServer = 1UL << 11,
    Administrator = 1UL << 12,
    ManageRoles = 1UL << 13,
    CreateInvite = 1UL << 14,
    ReadMessageHistory = 1UL << 15,
    MentionEveryone = 1UL << 16,
    ChangeNickname = 1UL << 17,
    ManageNicknames = 1UL << 18,
    DeafenMembers = 1UL << 19,
    MoveMembers = 1UL << 20,
    TimeoutMembers = 1UL << 21,
    ViewAuditLog = 1UL << 22,
    ManageWebhooks = 1UL << 23,
    Stream = 1UL << 24,
    PrioritySpeaker = 1UL << 25,
    EmbedLinks = 1UL << 26,
    ManageEmoji = 1UL << 27,

    /// <summary>Bits 0–27: what an owner or an ADMINISTRATOR has.</summary>
    All = (1UL << 28) - 1,

    /// <summary>What <c>@everyone</c> has on a new server.</summary>
    EveryoneDefault = ViewChannel | SendMessages | AttachFiles | AddReactions | ConnectVoice | Speak | CreateInvite
        | ReadMessageHistory | ChangeNickname | Stream | EmbedLinks,
}

/// <summary>The single permissions by their names in the protocol, such as <c>SEND_MESSAGES</c>. Any thread.</summary>
public static class PermissionNames
{
    private static readonly FrozenDictionary<string, Permissions> ByName =
        Enum.GetValues<Permissions>().Where(permission => BitOperations.IsPow2((ulong)permission)).ToFrozenDictionary(Name, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyDictionary<string, Permissions> All => ByName;

    /// <param name="permission">One bit of those that have a name.</param>
    public static string Name(this Permissions permission) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(permission.ToString());

    /// <param name="name">In any case; null is no name.</param>
    /// <param name="permission">Its one bit.</param>
    public static bool TryRead(string? name, out Permissions permission)
    {
        permission = Permissions.None;
        return name is not null && ByName.TryGetValue(name, out permission);
    }
}

public sealed class PermissionsJsonConverter : JsonConverter<Permissions>
{
    public override Permissions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        ulong mask = 0;
        var valid = reader.TokenType switch
        {
            JsonTokenType.String => ulong.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out mask),
            JsonTokenType.Number => reader.TryGetUInt64(out mask),
            _ => false,
        };
        return valid ? (Permissions)mask : throw new JsonException("must be a decimal string of a 64-bit mask");
    }

    public override void Write(Utf8JsonWriter writer, Permissions value, JsonSerializerOptions options)
    {
        Span<char> digits = stackalloc char[20];
        ((ulong)value).TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        writer.WriteStringValue(digits[..length]);
    }
}
