using System.Text.Json;
using Together.Protocol;
using Together.Protocol.Users;

namespace Together.Actors.Connections;

/// <summary>What a connection wishes its user to be shown as: the payload of PRESENCE_UPDATE, checked.</summary>
/// <param name="HasCustom">False keeps the custom status there is.</param>
/// <param name="Custom">Null for none.</param>
public sealed record StatusWish(UserStatus Status, bool HasCustom, CustomStatus? Custom)
{
    public static bool TryRead(JsonElement payload, DateTimeOffset now, out StatusWish wish)
    {
        wish = null!;
        if (payload.ValueKind != JsonValueKind.Object || !payload.TryGetProperty("status", out var word) || !TryReadStatus(word, out var status)) return false;
        var hasCustom = payload.TryGetProperty("custom_status", out var custom);
        CustomStatus? read = null;
        if (hasCustom && custom.ValueKind != JsonValueKind.Null && !TryReadCustom(custom, now, out read)) return false;
        wish = new StatusWish(status, hasCustom, read);
        return true;
    }

    /// <summary>Everything but <c>offline</c>, which is what one is without a connection.</summary>
    public static bool TryReadStatus(JsonElement word, out UserStatus status)
    {
        UserStatus? found = word.ValueKind != JsonValueKind.String ? null : word.GetString() switch
        {
            "online" => UserStatus.Online,
            "away" => UserStatus.Away,
            "dnd" => UserStatus.Dnd,
            "invisible" => UserStatus.Invisible,
            _ => null,
        };
        status = found ?? default;
        return found is not null;
    }

    /// <summary>A text, an emoji or both, until some time that is to come or for ever; neither of them is none.</summary>
    private static bool TryReadCustom(JsonElement custom, DateTimeOffset now, out CustomStatus? read)
    {
        read = null;
        if (custom.ValueKind != JsonValueKind.Object || !TryReadText(custom, "text", out var text) || !TryReadText(custom, "emoji", out var emoji)) return false;
        if (text is not null && (text.Length > Limits.CustomStatusMax || TextRules.NameProblem(text) is not null)) return false;
        if (emoji is not null && !Emoji.TryNormalize(emoji, out emoji)) return false;
        DateTimeOffset? expiry = null;
        if (custom.TryGetProperty("expires_at", out var time) && time.ValueKind != JsonValueKind.Null)
        {
            if (time.ValueKind != JsonValueKind.String || !time.TryGetDateTimeOffset(out var given) || given <= now) return false;
            expiry = given.ToUtcMilliseconds();
        }

        if (text is not null || emoji is not null) read = new CustomStatus(text, emoji, expiry);
        return true;
    }

    /// <summary>Absent, null and blank are all null.</summary>
    private static bool TryReadText(JsonElement custom, string name, out string? text)
    {
        text = null;
        if (!custom.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return true;
        if (value.ValueKind != JsonValueKind.String) return false;
        if (value.GetString()!.Trim() is { Length: > 0 } given) text = given;
        return true;
    }
}
