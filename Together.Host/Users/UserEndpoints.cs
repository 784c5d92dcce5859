using Together.Actors.Sharding;
using Together.Actors.Users;
using Together.Actors.Views;
using Together.Host.Auth;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Users;
using static Together.Host.Http.Answers;

namespace Together.Host.Users;

/// <summary>The caller, their settings, and the people they know: <c>/api/users</c>.</summary>
public sealed class UserEndpoints(Node node, AccountStore accounts)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users");
        users.MapGet("/@me", (Delegate)GetOwnAsync).Produces<CurrentUser>();
        users.MapPatch("/@me", (Delegate)UpdateOwnAsync).Accepts<ProfilePatch>("application/json").Produces<CurrentUser>();
        users.MapGet("/@me/settings", (Delegate)GetSettings).Produces<UserSettings>();
        users.MapPatch("/@me/settings", (Delegate)UpdateSettingsAsync).Accepts<SettingsPatch>("application/json").Produces<UserSettings>();
        users.MapGet("/{id:guid}", Get).Produces<UserProfile>();
    }

    private Task<IResult> GetOwnAsync(HttpContext context) => OwnAsync(context);

    private async Task<IResult> UpdateOwnAsync(HttpContext context)
    {
        var caller = context.Caller().UserId;
        if (!(await context.ReadJsonAsync(UserRequestJson.Default.ProfilePatch)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var displayName = errors.NameOrNull("display_name", body.DisplayName.Or(null), Limits.DisplayNameMax);
        var about = body.About.Or(null) is { } text && !string.IsNullOrWhiteSpace(text) ? errors.Content("about", text, 1, Limits.AboutMax) : null;
        var email = errors.TextOrNull("email", body.Email.Or(null), Limits.EmailMax);
        if (email is not null && AccountRules.EmailProblem(email) is { } odd) errors.Add("email", odd);
        if (errors.IsAny(out invalid)) return invalid;

        var reply = await node.Region.AskAsync(EntityRef.User(caller), new ChangeProfile(body.DisplayName.IsPresent, displayName, body.About.IsPresent, about));
        if (reply.IsRefused(out var problem)) return problem;
        if (body.Email.IsPresent) await accounts.ChangeEmailAsync(caller, email, context.RequestAborted);
        return await OwnAsync(context);
    }

    private IResult GetSettings(HttpContext context) => Json(Root.SettingsOf(context.Caller().UserId), WireJson.Default.UserSettings);

    private async Task<IResult> UpdateSettingsAsync(HttpContext context)
    {
        var caller = context.Caller().UserId;
        if (!(await context.ReadJsonAsync(UserRequestJson.Default.SettingsPatch)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        if (body.Theme is not null) errors.Word("theme", body.Theme, "system", "dark", "light");
        var locale = body.Locale is null ? null : errors.Text("locale", body.Locale, 2, Limits.LocaleMax);
        // BCP 47 (RFC 5646 §2.1): subtags of one to eight letters and digits.
        if (locale is not null && !locale.Split('-').All(tag => tag.Length is > 0 and <= 8 && tag.All(char.IsAsciiLetterOrDigit))) errors.Add("locale", "must be a language tag such as en or pt-BR");
        var notifications = body.Notifications is { } given ? Notifications(errors, given) : null;
        if (errors.IsAny(out invalid)) return invalid;
        var reply = await node.Region.AskAsync(EntityRef.User(caller), new ChangeSettings(body.Theme, locale, notifications));
        return reply.IsRefused(out var problem) ? problem : Json((UserSettings)reply.Value!, WireJson.Default.UserSettings);
    }

    private IResult Get(HttpContext context, Guid id)
    {
        var root = Root;
        var user = new UserId(id);
        return root.Users.TryGetValue(user, out var record) && root.Knows(context.Caller().UserId, user) ? Json(record.ToProfile(), WireJson.Default.UserProfile) : (Problem)ErrorCode.NotFound;
    }

    private async Task<IResult> OwnAsync(HttpContext context)
    {
        var account = await accounts.FindAsync(context.Caller().UserId, context.RequestAborted);
        return account is not null && Root.Users.TryGetValue(account.Id, out var user)
            ? Json(user.ToCurrentUser(account.Email), WireJson.Default.CurrentUser)
            : (Problem)ErrorCode.NotFound;
    }

    private static List<NotificationSetting> Notifications(FieldErrors errors, List<NotificationBody?> bodies)
    {
        errors.List("notifications", bodies, 0, Limits.NotificationsMax);
        var notifications = new List<NotificationSetting>();
        var seen = new HashSet<Guid>();
        for (var i = 0; i < bodies.Count; i++)
        {
            if (bodies[i] is not { } body)
            {
                errors.Add($"notifications[{i}]", "must not be null");
                continue;
            }

            var id = errors.Required($"notifications[{i}].id", body.Id);
            if (body.Id is not null && !seen.Add(id)) errors.Add($"notifications[{i}].id", "is there twice");
            var level = (NotificationLevel)errors.Word($"notifications[{i}].level", body.Level, "all", "mentions", "none");
            notifications.Add(new NotificationSetting(id, level, body.MutedUntil?.ToUtcMilliseconds()));
        }

        return notifications;
    }
}
