using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Together.Host.Auth;
using Together.Host.Configuration;
using Together.Host.Http;
using Together.Protocol;
using static Together.Host.Http.Answers;

namespace Together.Host.Operations;

/// <summary>What a client knows before anybody logs in.</summary>
/// <param name="Registration"><c>open</c>, <c>invite</c> or <c>closed</c>.</param>
/// <param name="NeedsSetup">Whether the next account is the first, which becomes the admin.</param>
public sealed record Instance(string Name, string Version, [property: AllowedValues("open", "invite", "closed")] string Registration, bool NeedsSetup, InstanceLimits Limits, InstanceVoice Voice);

/// <summary>Sizes that a client can check before it sends; lengths in UTF-16 code units unless a name says bytes.</summary>
public sealed record InstanceLimits(
    int UsernameMin,
    int UsernameMax,
    int PasswordMinBytes,
    int PasswordMaxBytes,
    int EmailMax,
    int DisplayNameMax,
    int NicknameMax,
    int InstanceNameMax,
    int ServerNameMax,
    int ChannelNameMax,
    int ChannelTopicMax,
    int MessageContentMax,
    int NonceMax,
    int PageMax,
    int ServersPerUser,
    int ChannelsPerServer,
    int InviteMaxUses,
    int InviteMaxAgeSeconds,
    int JsonBodyMaxBytes,
    int GatewayFrameMaxBytes,
    int AttachmentsPerMessage,
    long AttachmentMaxBytes,
    long PictureMaxBytes)
{
    public static InstanceLimits Of(FilesOptions files) => new(
        Limits.UsernameMin,
        Limits.UsernameMax,
        Limits.PasswordMinBytes,
        Limits.PasswordMaxBytes,
        Limits.EmailMax,
        Limits.DisplayNameMax,
        Limits.NicknameMax,
        Limits.InstanceNameMax,
        Limits.ServerNameMax,
        Limits.ChannelNameMax,
        Limits.ChannelTopicMax,
        Limits.MessageContentMax,
        Limits.NonceMax,
        Limits.PageMax,
        Limits.ServersPerUser,
        Limits.ChannelsPerServer,
        Limits.InviteMaxUses,
        Limits.InviteMaxAgeSeconds,
        Limits.JsonBodyMaxBytes,
        Limits.GatewayFrameMaxBytes,
        Limits.AttachmentsMax,
        files.MaxSize,
        files.PictureMaxSize);
}

/// <param name="Enabled">Whether voice channels can be joined on this host.</param>
public sealed record InstanceVoice(bool Enabled);

public sealed record InstancePatch([property: NotClearable] Patch<string> Name, [property: NotClearable, AllowedValues("open", "invite", "closed")] Patch<string> Registration);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Instance))]
[JsonSerializable(typeof(InstancePatch))]
internal sealed partial class InstanceJson : JsonSerializerContext;

/// <summary>The instance itself: <c>/api/instance</c>.</summary>
public sealed class InstanceEndpoints(InstanceStore instance, AccountStore accounts, FilesOptions files)
{
    private readonly InstanceLimits _limits = InstanceLimits.Of(files);

    public void Map(IEndpointRouteBuilder api)
    {
        var routes = api.MapGroup("/instance").WithTags("instance");
        routes.MapGet("", (Delegate)GetAsync).AllowAnonymous().Produces<Instance>();
        routes.MapPatch("", (Delegate)ChangeAsync).Accepts<InstancePatch>("application/json").Produces<Instance>();
    }

    private async Task<IResult> GetAsync(HttpContext context) => await AnswerAsync(context, await instance.ReadAsync(context.RequestAborted));

    private async Task<IResult> ChangeAsync(HttpContext context)
    {
        var account = await accounts.FindAsync(context.Caller().UserId, context.RequestAborted);
        if (account is not { IsAdmin: true, DisabledAt: null }) return (Problem)ErrorCode.MissingPermissions;
        if (!(await context.ReadJsonAsync(InstanceJson.Default.InstancePatch)).TryGet(out var body, out var problem)) return problem;
        var errors = new FieldErrors();
        var name = body.Name.IsPresent ? errors.Name("name", body.Name.Or(null), 1, Limits.InstanceNameMax) : null;
        RegistrationMode? mode = body.Registration.IsPresent ? (RegistrationMode)errors.Word("registration", body.Registration.Or(null), InstanceStore.Words) : null;
        if (errors.IsAny(out problem)) return problem;
        return await AnswerAsync(context, await instance.ChangeAsync(name, mode, context.RequestAborted));
    }

    private async Task<IResult> AnswerAsync(HttpContext context, InstanceProfile profile)
    {
        var needsSetup = await accounts.NeedsSetupAsync(context.RequestAborted);
        var answer = new Instance(profile.Name, HealthEndpoint.Version, InstanceStore.Word(profile.Registration), needsSetup, _limits, new InstanceVoice(Enabled: false));
        return Json(answer, InstanceJson.Default.Instance);
    }
}
