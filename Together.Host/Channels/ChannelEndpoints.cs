using System.Collections.Immutable;
using Together.Actors.Channels;
using Together.Actors.Servers;
using Together.Actors.Sharding;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using static Together.Host.Http.Answers;

namespace Together.Host.Channels;

/// <summary>Channels and their overwrites: <c>/api/servers/{id}/channels</c>, <c>/api/channels</c>.</summary>
public sealed class ChannelEndpoints(Node node)
{
    private ViewRoot Root => node.Views.Root;

    public void Map(IEndpointRouteBuilder api)
    {
        var channels = api.MapGroup("").WithTags("channels");
        channels.MapGet("/servers/{id:guid}/channels", List).Produces<IReadOnlyList<Channel>>();
        channels.MapPost("/servers/{id:guid}/channels", CreateAsync).Accepts<ChannelBody>("application/json").Produces<Channel>(StatusCodes.Status201Created).Takes(Parameters.Reason);
        channels.MapPatch("/servers/{id:guid}/channels", MoveAsync).Accepts<List<ChannelPlaceBody>>("application/json").Produces<IReadOnlyList<Channel>>().Takes(Parameters.Reason);
        channels.MapGet("/channels/{id:guid}", Get).Produces<Channel>();
        channels.MapPatch("/channels/{id:guid}", UpdateAsync).Accepts<ChannelPatch>("application/json").Produces<Channel>().Takes(Parameters.Reason);
        channels.MapDelete("/channels/{id:guid}", DeleteAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        channels.MapPut("/channels/{id:guid}/permissions/{targetId:guid}", SetOverwriteAsync).Accepts<OverwriteBody>("application/json").Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
        channels.MapDelete("/channels/{id:guid}/permissions/{targetId:guid}", DeleteOverwriteAsync).Produces(StatusCodes.Status204NoContent).Takes(Parameters.Reason);
    }

    private IResult List(HttpContext context, Guid id)
    {
        var root = Root;
        var caller = context.Caller().UserId;
        return Access.Server(root, caller, new(id), Permissions.None, node.Now, out var server) is { } problem
            ? problem
            : Json(root.Channels(server, caller), WireJson.Default.IReadOnlyListChannel);
    }

    private async Task<IResult> CreateAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.ManageChannels, node.Now, out var server) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.ChannelBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var type = (ChannelType)errors.Word("type", body.Type ?? "text", "text", "voice", "category");
        var name = errors.Name("name", body.Name, 1, Limits.ChannelNameMax);
        var topic = errors.TextOrNull("topic", body.Topic, Limits.ChannelTopicMax);
        if (body.Position is not null) errors.Number("position", body.Position, 0, int.MaxValue);
        var slowMode = errors.Number("slow_mode_seconds", body.SlowModeSeconds ?? 0, 0, Limits.SlowModeMaxSeconds);
        var userLimit = errors.Number("user_limit", body.UserLimit ?? 0, 0, Limits.VoiceUserLimitMax);
        var overwrites = body.PermissionOverwrites is { } given ? Overwrites(errors, given) : default(ImmutableArray<Overwrite>?);
        if (errors.IsAny(out invalid)) return invalid;

        var reply = await node.AskAsync(
            context, server.Id, new CreateChannel(caller, node.Ids.Next<ChannelId>(), type, name, topic, body.CategoryId, body.Position, slowMode, userLimit, overwrites));
        return reply.IsRefused(out problem) ? problem : Created(Root.Channel((ChannelRecord)reply.Value!), WireJson.Default.Channel);
    }

    private async Task<IResult> MoveAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Access.Server(Root, caller, new(id), Permissions.ManageChannels, node.Now, out var server) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.ListChannelPlaceBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        errors.List("$", body, 1, Limits.ChannelsPerServer);
        var places = ImmutableArray.CreateBuilder<ChannelPlace>();
        var seen = new HashSet<ChannelId>();
        for (var i = 0; i < body.Count; i++)
        {
            if (body[i] is null)
            {
                errors.Add($"[{i}]", "must not be null");
                continue;
            }

            var channel = errors.Required($"[{i}].id", body[i].Id);
            var position = errors.Number($"[{i}].position", body[i].Position, 0, int.MaxValue);
            if (body[i].Id is not null && !seen.Add(channel)) errors.Add($"[{i}].id", "is there twice");
            places.Add(new ChannelPlace(channel, position, body[i].CategoryId.IsPresent, body[i].CategoryId.TryGet(out var category) ? category : null));
        }

        if (errors.IsAny(out invalid)) return invalid;
        var reply = await node.AskAsync(context, server.Id, new MoveChannels(caller, places.ToImmutable()));
        if (reply.IsRefused(out problem)) return problem;
        var root = Root;
        return Json(root.Channels(root.Server(server.Id) ?? server, caller), WireJson.Default.IReadOnlyListChannel);
    }

    private IResult Get(HttpContext context, Guid id)
    {
        var root = Root;
        var caller = context.Caller().UserId;
        return Access.AnyChannel(root, caller, new(id), Permissions.None, node.Now, out var channel) is { } problem
            ? problem
            : Json(root.Channel(channel, caller), WireJson.Default.Channel);
    }

    private async Task<IResult> UpdateAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Root.PrivateChannels.ContainsKey(new(id))) return await RenameAsync(context, new(id));
        if (Access.Channel(Root, caller, new(id), Permissions.ManageChannels, node.Now, out var server, out var channel) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.ChannelPatch)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var name = body.Name.IsPresent ? errors.Name("name", body.Name.Or(null), 1, Limits.ChannelNameMax) : null;
        var topic = errors.TextOrNull("topic", body.Topic.Or(null), Limits.ChannelTopicMax);
        var position = default(int?);
        if (body.Position.IsPresent) position = errors.Number("position", body.Position.TryGet(out var given) ? given : null, 0, int.MaxValue);
        var slowMode = default(int?);
        if (body.SlowModeSeconds.IsPresent) slowMode = errors.Number("slow_mode_seconds", body.SlowModeSeconds.TryGet(out var seconds) ? seconds : null, 0, Limits.SlowModeMaxSeconds);
        var userLimit = default(int?);
        if (body.UserLimit.IsPresent) userLimit = errors.Number("user_limit", body.UserLimit.TryGet(out var users) ? users : null, 0, Limits.VoiceUserLimitMax);
        if (errors.IsAny(out invalid)) return invalid;

        var update = new UpdateChannel(
            caller, channel.Id, name, body.Topic.IsPresent, topic, body.CategoryId.IsPresent, body.CategoryId.TryGet(out var category) ? category : null, position, slowMode, userLimit);
        var reply = await node.AskAsync(context, server.Id, update);
        return reply.IsRefused(out problem) ? problem : Json(Root.Channel((ChannelRecord)reply.Value!), WireJson.Default.Channel);
    }

    /// <summary>All that can be changed about a private channel is a group's name.</summary>
    private async Task<IResult> RenameAsync(HttpContext context, ChannelId id)
    {
        var caller = context.Caller().UserId;
        if (Access.AnyChannel(Root, caller, id, Permissions.None, node.Now, out var channel) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.ChannelPatch)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var name = errors.NameOrNull("name", body.Name.Or(channel.Private!.Name), Limits.ChannelNameMax);
        if (errors.IsAny(out invalid)) return invalid;
        var reply = await node.Region.AskAsync(channel.Entity, new RenameGroup(caller, name));
        return reply.IsRefused(out problem) ? problem : Json(Root.Channel((PrivateChannelRecord)reply.Value!, caller), WireJson.Default.Channel);
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Guid id)
    {
        var caller = context.Caller().UserId;
        if (Root.PrivateChannels.ContainsKey(new(id))) return NoContent(await node.Region.AskAsync(EntityRef.PrivateChannel(new(id)), new ClosePrivateChannel(caller)));
        if (Access.Channel(Root, caller, new(id), Permissions.ManageChannels, node.Now, out var server, out var channel) is { } problem) return problem;
        return NoContent(await node.AskAsync(context, server.Id, new DeleteChannel(caller, channel.Id)));
    }

    private async Task<IResult> SetOverwriteAsync(HttpContext context, Guid id, Guid targetId)
    {
        var caller = context.Caller().UserId;
        if (Access.Channel(Root, caller, new(id), Permissions.ManageChannels | Permissions.ManageRoles, node.Now, out var server, out var channel) is { } problem) return problem;
        if (!(await context.ReadJsonAsync(ChannelRequestJson.Default.OverwriteBody)).TryGet(out var body, out var invalid)) return invalid;
        var errors = new FieldErrors();
        var overwrite = Overwrite(errors, "", targetId, body);
        if (errors.IsAny(out invalid)) return invalid;
        return NoContent(await node.AskAsync(context, server.Id, new SetOverwrite(caller, channel.Id, overwrite)));
    }

    private async Task<IResult> DeleteOverwriteAsync(HttpContext context, Guid id, Guid targetId)
    {
        var caller = context.Caller().UserId;
        if (Access.Channel(Root, caller, new(id), Permissions.ManageChannels | Permissions.ManageRoles, node.Now, out var server, out var channel) is { } problem) return problem;
        return NoContent(await node.AskAsync(context, server.Id, new DeleteOverwrite(caller, channel.Id, targetId)));
    }

    private static ImmutableArray<Overwrite> Overwrites(FieldErrors errors, List<ChannelOverwriteBody?> bodies)
    {
        errors.List("permission_overwrites", bodies, 0, Limits.OverwritesPerServer);
        var overwrites = ImmutableArray.CreateBuilder<Overwrite>();
        var seen = new HashSet<Guid>();
        for (var i = 0; i < bodies.Count; i++)
        {
            var field = $"permission_overwrites[{i}].";
            if (bodies[i] is not { } body)
            {
                errors.Add($"permission_overwrites[{i}]", "must not be null");
                continue;
            }

            var id = errors.Required($"{field}id", body.Id);
            if (body.Id is not null && !seen.Add(id)) errors.Add($"{field}id", "is there twice");
            overwrites.Add(Overwrite(errors, field, id, new OverwriteBody(body.Type, body.Allow, body.Deny)));
        }

        return overwrites.ToImmutable();
    }

    private static Overwrite Overwrite(FieldErrors errors, string field, Guid target, OverwriteBody body)
    {
        var type = (OverwriteType)errors.Word($"{field}type", body.Type, "role", "member");
        var allow = (body.Allow ?? Permissions.None) & Permissions.All;
        var deny = (body.Deny ?? Permissions.None) & Permissions.All;
        if ((allow & deny) != 0) errors.Add($"{field}deny", "must not share a bit with allow");
        return new Overwrite(target, type, allow, deny);
    }
}
