using System.Collections.Immutable;
using System.Globalization;
using Together.Tests.Kit;

namespace Together.Tests.Gateway;

/// <summary>One request, and what the model makes of it.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Status">What it must be answered with.</param>
/// <param name="Then">The world after it, by the answer; not asked when it is refused.</param>
/// <param name="DeletesMessagesOf">Whose messages go later, as a ban has it: server and user.</param>
internal sealed record Attempt(
    Person Actor, string Method, string Path, string? Body, int Status, Func<Answer, ValueTask<World>> Then, (string Server, string User)? DeletesMessagesOf = null)
{
    public bool IsAccepted => Status < 400;

    /// <summary>Whether messages that it deletes go together.</summary>
    public bool IsBulk { get; init; }

    public override string ToString() => $"{Actor.Username}: {Method} {Path} {Body} -> {Status}";
}

/// <summary>
/// Thinks of what the people could do next, mostly what they may, and knows from the protocol's §3 what has to come of it. All
/// that it does follows from the seed. One test.
/// </summary>
internal sealed class LeakActions(Random random, IReadOnlyList<Person> people, TimeProvider time)
{
    private static readonly ulong[] Grants =
    [
        Bit.View, Bit.View, Bit.View, Bit.Send, Bit.History, Bit.ManageMessages, Bit.Mute, Bit.Kick, Bit.Ban, Bit.Ban, Bit.ManageChannels, Bit.ManageChannels,
        Bit.ManageServer, Bit.ManageRoles, Bit.ManageRoles, Bit.ManageNicknames, Bit.Deafen, Bit.Timeout, Bit.Administrator,
    ];

    private static readonly string[] Emoji = ["👍", "❤️", "🎉"];

    private int _number;
    private string _server = "";
    private string _channel = "";

    /// <summary>Servers and channels that are gone: asked for now and then.</summary>
    public List<string> Gone { get; } = [];

    public Attempt Next(World world)
    {
        if (world.Servers.Count < 2) return CreateServer(world);
        if (world.Servers.Values.Any(each => each.Members.Count < people.Count / 2) && Chance(0.3)) return Join(world);
        var server = world.Servers.TryGetValue(_server, out var last) && Chance(0.6) ? last : Of(world.Servers.Values);
        _server = server.Id;
        if (Chance(0.4)) return Among(world);
        return random.Next(100) switch
        {
            < 1 => world.Servers.Count < 3 ? CreateServer(world) : DeleteServer(world, server),
            < 3 => Rename(world, server),
            < 5 => Transfer(world, server),
            < 12 => CreateChannel(world, server),
            < 16 => UpdateChannel(world, server),
            < 18 => MoveChannels(world, server),
            < 21 => DeleteChannel(world, server),
            < 32 => SetOverwrite(world, server),
            < 36 => DeleteOverwrite(world, server),
            < 39 => CreateRole(world, server),
            < 45 => UpdateRole(world, server),
            < 48 => MoveRoles(world, server),
            < 52 => DeleteRole(world, server),
            < 59 => SetRole(world, server, has: true),
            < 62 => SetRole(world, server, has: false),
            < 66 => Join(world),
            < 68 => Leave(world, server),
            < 70 => Kick(world, server),
            < 73 => Ban(world, server),
            < 77 => Unban(world, server),
            < 80 => Sanction(world, server),
            < 83 => Nickname(world, server),
            < 94 => Post(world, server),
            < 97 => Edit(world, AnyMessage(world)),
            _ => DeleteMessage(world, AnyMessage(world)),
        };
    }

    /// <summary>What people do among themselves, and to messages anywhere.</summary>
    private Attempt Among(World world) => random.Next(100) switch
    {
        < 12 => React(world, AnyMessage(world)),
        < 15 => Unreact(world, AnyMessage(world)),
        < 18 => ClearReactions(world, AnyMessage(world)),
        < 24 => Pin(world, AnyMessage(world), isPinned: true),
        < 27 => Pin(world, AnyMessage(world), isPinned: false),
        < 32 => BulkDelete(world),
        < 42 => Open(world),
        < 60 => PostPrivately(world),
        < 64 => Edit(world, AnyMessage(world)),
        < 67 => DeleteMessage(world, AnyMessage(world)),
        < 73 => Close(world),
        < 77 => AddRecipient(world),
        < 80 => RemoveRecipient(world),
        < 82 => RenameGroup(world),
        < 92 => Relate(world),
        < 96 => EndRelation(world),
        < 99 => ChangeName(world),
        _ => ChangeSettings(world),
    };

    private Attempt CreateServer(World world)
    {
        var actor = Of(people);
        return new Attempt(actor, "POST", "servers", $$"""{"name":"{{Name("server")}}"}""", 201, async answer =>
        {
            var server = ModelServer.Read(answer.Body);
            var channels = (await actor.GetAsync($"servers/{server.Id}/channels")).Expect(200).Items.Select(ModelChannel.Read);
            var invite = (await actor.PostAsync($"servers/{server.Id}/invites", "{}")).Expect(201)["code"].GetString()!;
            return world.With(server with
            {
                Channels = Wire.Table(channels, channel => channel.Id),
                Roles = Wire.Table([new ModelRole(server.Id, server.Id, "@everyone", 0, Bit.OfEveryone)], role => role.Id),
                Members = Wire.Table([Newcomer(actor.Id)], member => member.User),
                Invite = invite,
            });
        });
    }

    private Attempt DeleteServer(World world, ModelServer server)
    {
        var actor = Actor(server);
        return Do(actor, "DELETE", $"servers/{server.Id}", null, In(server, actor, 0) ?? Unless(server.Owner == actor.Id, 403) ?? 204, _ =>
        {
            Gone.Add(server.Id);
            Gone.AddRange(server.Channels.Keys);
            return world with { Servers = world.Servers.Remove(server.Id) };
        });
    }

    private Attempt Rename(World world, ModelServer server)
    {
        var (actor, name) = (Actor(server), Name("server"));
        return Do(actor, "PATCH", $"servers/{server.Id}", $$"""{"name":"{{name}}"}""", In(server, actor, Bit.ManageServer) ?? 200, _ => world.With(server with { Name = name }));
    }

    private Attempt Transfer(World world, ModelServer server)
    {
        var (actor, to) = (Actor(server), Of(people).Id);
        var status = In(server, actor, 0) ?? Unless(server.Owner == actor.Id, 403) ?? Unless(server.Members.ContainsKey(to), 400) ?? 200;
        return Do(actor, "POST", $"servers/{server.Id}/transfer", $$"""{"user_id":"{{to}}"}""", status, _ => world.With(server with { Owner = to }));
    }

    private Attempt CreateChannel(World world, ModelServer server)
    {
        var (actor, name, type) = (Actor(server), Name("channel"), Of("text", "text", "text", "voice", "category"));
        var category = Chance(0.3) ? AnyChannel(server, "category") : null;
        var overwrites = Chance(0.35)
            ? Enumerable.Range(0, random.Next(3)).Select(_ => NewOverwrite(server)).DistinctBy(overwrite => overwrite.Id).ToList()
            : null;
        var status = In(server, actor, Bit.ManageChannels)
            ?? Category(server, actor, type, category)
            ?? Unless(overwrites is null || (server.Permissions(actor.Id) & Bit.ManageRoles) != 0, 403)
            ?? overwrites?.Select(each => Target(server, actor, each) ?? Unless(((each.Allow | each.Deny) & ~server.Permissions(actor.Id)) == 0, 403)).FirstOrDefault(refusal => refusal is not null)
            ?? 201;
        var own = overwrites is null
            ? ""
            : $$""","permission_overwrites":[{{string.Join(',', overwrites.Select(each => $$"""{"id":"{{each.Id}}",{{Json(each)}}}"""))}}]""";
        return Do(actor, "POST", $"servers/{server.Id}/channels", $$"""{"type":"{{type}}","name":"{{name}}","category_id":{{Json(category)}}{{own}}}""", status, answer =>
        {
            var effective = overwrites is not null ? Wire.Table(overwrites, each => each.Id) : category is not null ? server.Channels[category].Overwrites : Wire.Table<ModelOverwrite>();
            var channel = new ModelChannel(answer.Id, server.Id, type, name, null, category, answer["position"].GetInt32(), null, effective);
            return world.With(server with { Channels = server.Channels.Add(channel.Id, channel) });
        });
    }

    private Attempt UpdateChannel(World world, ModelServer server)
    {
        var (actor, id) = (Actor(server), AnyChannel(server));
        var found = server.Channels.GetValueOrDefault(id);
        var refusal = In(server, actor, id, Bit.ManageChannels);
        if (Chance(0.3))
        {
            var category = Chance(0.6) ? AnyChannel(server, "category") : null;
            return Do(actor, "PATCH", $"channels/{id}", $$"""{"category_id":{{Json(category)}}}""", refusal ?? Category(server, actor, found!.Type, category) ?? 200, _ => With(found! with { Category = category }));
        }

        var (name, topic, position) = (Name("channel"), Chance(0.5) ? Name("topic") : null, random.Next(5));
        return Do(actor, "PATCH", $"channels/{id}", $$"""{"name":"{{name}}","topic":{{Json(topic)}},"position":{{position}}}""", refusal ?? 200, _ =>
            With(found! with { Name = name, Topic = topic, Position = position }));

        World With(ModelChannel channel) => world.With(server with { Channels = server.Channels.SetItem(id, channel) });
    }

    private Attempt MoveChannels(World world, ModelServer server)
    {
        var actor = Actor(server);
        var places = Enumerable.Range(0, 2).Select(_ => AnyChannel(server)).Distinct()
            .Select(id => (Id: id, Position: random.Next(5), Category: Chance(0.4) ? AnyChannel(server, "category") : null)).ToList();
        var status = In(server, actor, Bit.ManageChannels)
            ?? places.Select(place => In(server, actor, place.Id, Bit.ManageChannels) ?? Category(server, actor, server.Channels[place.Id].Type, place.Category)).FirstOrDefault(refusal => refusal is not null)
            ?? 200;
        var body = string.Join(',', places.Select(place => $$"""{"id":"{{place.Id}}","position":{{place.Position}},"category_id":{{Json(place.Category)}}}"""));
        return Do(actor, "PATCH", $"servers/{server.Id}/channels", $"[{body}]", status, _ => world.With(server with
        {
            Channels = server.Channels.SetItems(places.Select(place => KeyValuePair.Create(place.Id, server.Channels[place.Id] with { Position = place.Position, Category = place.Category }))),
        }));
    }

    private Attempt DeleteChannel(World world, ModelServer server)
    {
        var (actor, id) = (Actor(server), AnyChannel(server));
        return Do(actor, "DELETE", $"channels/{id}", null, In(server, actor, id, Bit.ManageChannels) ?? 204, _ =>
        {
            Gone.Add(id);
            var orphans = server.Channels.Values.Where(channel => channel.Category == id).Select(channel => KeyValuePair.Create(channel.Id, channel with { Category = null }));
            return world.With(server with { Channels = server.Channels.SetItems(orphans).Remove(id) });
        });
    }

    private Attempt SetOverwrite(World world, ModelServer server)
    {
        var (actor, id, overwrite) = (Actor(server), AnyChannel(server), NewOverwrite(server));
        var status = In(server, actor, id, Bit.ManageChannels | Bit.ManageRoles) ?? Target(server, actor, overwrite) ?? Changes(server, actor, id, overwrite.Id, overwrite) ?? 204;
        return Do(actor, "PUT", $"channels/{id}/permissions/{overwrite.Id}", $$"""{{{Json(overwrite)}}}""", status, _ =>
        {
            var channel = server.Channels[id];
            return world.With(server with { Channels = server.Channels.SetItem(id, channel with { Overwrites = channel.Overwrites.SetItem(overwrite.Id, overwrite) }) });
        });
    }

    private Attempt DeleteOverwrite(World world, ModelServer server)
    {
        var (actor, id) = (Actor(server), AnyChannel(server));
        if (server.Channels.Values.Where(channel => !channel.Overwrites.IsEmpty).ToList() is { Count: > 0 } overwritten && Chance(0.8)) id = Of(overwritten).Id;
        var overwrites = server.Channels.TryGetValue(id, out var found) ? found.Overwrites : Wire.Table<ModelOverwrite>();
        var target = overwrites.IsEmpty || Chance(0.1) ? server.Id : Of(overwrites.Keys);
        var existing = overwrites.GetValueOrDefault(target);
        var status = In(server, actor, id, Bit.ManageChannels | Bit.ManageRoles)
            ?? Unless(existing is not null, 404)
            ?? (existing!.Type == "member" && !server.Members.ContainsKey(target) ? null : Target(server, actor, existing))
            ?? Changes(server, actor, id, target, null)
            ?? 204;
        return Do(actor, "DELETE", $"channels/{id}/permissions/{target}", null, status, _ =>
            world.With(server with { Channels = server.Channels.SetItem(id, found! with { Overwrites = found.Overwrites.Remove(target) }) }));
    }

    private Attempt CreateRole(World world, ModelServer server)
    {
        var (actor, name, permissions) = (Actor(server), Name("role"), Some(1, 4));
        var status = In(server, actor, Bit.ManageRoles) ?? Unless((permissions & ~server.Permissions(actor.Id)) == 0, 403) ?? 201;
        return Do(actor, "POST", $"servers/{server.Id}/roles", $$"""{"name":"{{name}}","permissions":"{{permissions}}"}""", status, answer =>
            world.With(server with { Roles = server.Roles.Add(answer.Id, new ModelRole(answer.Id, server.Id, name, 1, permissions)) }));
    }

    private Attempt UpdateRole(World world, ModelServer server)
    {
        var (actor, role) = (Actor(server), Chance(0.4) ? server.Roles[server.Id] : AnyRole(server));
        var change = role.Id == server.Id ? Of(Bit.View, Bit.View, Bit.Send, Bit.History, Bit.ChangeNickname) : Some(1, 2);
        var updated = role.Id == server.Id || Chance(0.7) ? role with { Permissions = role.Permissions ^ change } : role with { Name = Name("role") };
        var body = updated.Name == role.Name ? $$"""{"permissions":"{{updated.Permissions}}"}""" : $$"""{"name":"{{updated.Name}}"}""";
        var status = Role(server, actor, role) ?? Unless(((updated.Permissions ^ role.Permissions) & ~server.Permissions(actor.Id)) == 0, 403) ?? 200;
        return Do(actor, "PATCH", $"servers/{server.Id}/roles/{role.Id}", body, status, _ => world.With(server with { Roles = server.Roles.SetItem(role.Id, updated) }));
    }

    private Attempt MoveRoles(World world, ModelServer server)
    {
        var actor = Actor(server);
        var moved = Enumerable.Range(0, 2).Select(_ => AnyRole(server)).Distinct().Select(role => role with { Position = random.Next(1, 6) }).ToList();
        var status = In(server, actor, Bit.ManageRoles)
            ?? moved.Select(role => Role(server, actor, server.Roles[role.Id]) ?? Unless(role.Id != server.Id, 409)
                ?? Unless(role == server.Roles[role.Id] || server.Outranks(actor.Id, role), 403)).FirstOrDefault(refusal => refusal is not null)
            ?? 200;
        var body = string.Join(',', moved.Select(role => $$"""{"id":"{{role.Id}}","position":{{role.Position}}}"""));
        return Do(actor, "PATCH", $"servers/{server.Id}/roles", $"[{body}]", status, _ =>
            world.With(server with { Roles = server.Roles.SetItems(moved.Select(role => KeyValuePair.Create(role.Id, role))) }));
    }

    private Attempt DeleteRole(World world, ModelServer server)
    {
        var (actor, role) = (Actor(server), AnyRole(server));
        return Do(actor, "DELETE", $"servers/{server.Id}/roles/{role.Id}", null, Role(server, actor, role) ?? (role.Id == server.Id ? 409 : 204), _ => world.With(server with
        {
            Roles = server.Roles.Remove(role.Id),
            Members = Wire.Table(server.Members.Values.Select(member => member with { Roles = member.Roles.Remove(role.Id) }), member => member.User),
            Channels = Wire.Table(server.Channels.Values.Select(channel => channel with { Overwrites = channel.Overwrites.Remove(role.Id) }), channel => channel.Id),
        }));
    }

    private Attempt SetRole(World world, ModelServer server, bool has)
    {
        var (actor, target, role) = (Actor(server), AnyMember(server), AnyRole(server));
        var member = server.Members.GetValueOrDefault(target);
        var isNothing = member?.Roles.Contains(role.Id) == has;
        var status = In(server, actor, 0)
            ?? Unless(member is not null, 404)
            ?? Role(server, actor, role)
            ?? Unless(role.Id != server.Id, 409)
            ?? Unless(target == actor.Id || server.OutranksMember(actor.Id, target), 403)
            ?? Unless(isNothing || !has || (role.Permissions & ~server.Permissions(actor.Id)) == 0, 403)
            ?? 204;
        return Do(actor, has ? "PUT" : "DELETE", $"servers/{server.Id}/members/{target}/roles/{role.Id}", null, status, _ =>
            With(world, server, member! with { Roles = has ? member.Roles.Add(role.Id) : member.Roles.Remove(role.Id) }));
    }

    /// <summary>Mostly of somebody who is not in, so that the servers do not run empty.</summary>
    private Attempt Join(World world)
    {
        var outside = world.Servers.Values.SelectMany(each => people.Where(person => !each.Members.ContainsKey(person.Id) && (!each.Bans.Contains(person.Id) || Chance(0.1))).Select(person => (each, person))).ToList();
        var (server, actor) = outside.Count == 0 || Chance(0.1) ? (Of(world.Servers.Values), Of(people)) : Of(outside);
        return Do(actor, "POST", $"invites/{server.Invite}", null, server.Members.ContainsKey(actor.Id) || !server.Bans.Contains(actor.Id) ? 200 : 403, _ => server.Members.ContainsKey(actor.Id)
            ? world
            : world.With(server with
            {
                Members = server.Members.Add(actor.Id, Newcomer(actor.Id) with { Sanctions = server.Sanctions.GetValueOrDefault(actor.Id, ModelSanctions.None) }),
                Sanctions = server.Sanctions.Remove(actor.Id),
            }));
    }

    private Attempt Leave(World world, ModelServer server)
    {
        var actor = Of(people);
        return Do(actor, "DELETE", $"servers/{server.Id}/members/@me", null, In(server, actor, 0) ?? (server.Owner == actor.Id ? 409 : 204), _ => world.With(server.Without(actor.Id)));
    }

    private Attempt Kick(World world, ModelServer server)
    {
        var (actor, target) = (Actor(server), AnyMember(server));
        if (actor.Id == target) return Leave(world, server);
        var status = In(server, actor, 0) ?? Unless(server.Members.ContainsKey(target), 404) ?? Above(server, actor, target, Bit.Kick) ?? 204;
        return Do(actor, "DELETE", $"servers/{server.Id}/members/{target}", null, status, _ => world.With(server.Without(target)));
    }

    private Attempt Ban(World world, ModelServer server)
    {
        var (actor, target, deletes) = (Actor(server), AnyMember(server), Chance(0.7));
        var status = In(server, actor, 0) ?? Above(server, actor, target, Bit.Ban) ?? 204;
        var isNew = status < 400 && !server.Bans.Contains(target);
        return Do(actor, "PUT", $"servers/{server.Id}/bans/{target}", $$"""{"delete_message_seconds":{{(deletes ? 604800 : 0)}}}""", status, _ =>
            isNew ? world.With(server.Without(target) with { Bans = server.Bans.Add(target) }) : world) with
        { DeletesMessagesOf = isNew && deletes ? (server.Id, target) : null };
    }

    private Attempt Unban(World world, ModelServer server)
    {
        var (actor, target) = (Actor(server), server.Bans.IsEmpty ? Of(people).Id : Of(server.Bans));
        var status = In(server, actor, Bit.Ban) ?? (server.Bans.Contains(target) ? 204 : 404);
        return Do(actor, "DELETE", $"servers/{server.Id}/bans/{target}", null, status, _ => world.With(server with { Bans = server.Bans.Remove(target) }));
    }

    private Attempt Sanction(World world, ModelServer server)
    {
        var (actor, target) = (Actor(server), AnyMember(server));
        var member = server.Members.GetValueOrDefault(target);
        var sanctions = member?.Sanctions ?? ModelSanctions.None;
        // An hour outlasts the test; its end is the business of other tests.
        var until = Chance(0.5) ? time.GetUtcNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : null;
        var (needed, body, updated) = random.Next(4) switch
        {
            0 => (Bit.Mute, $$"""{"server_mute":{{Json(!sanctions.Mute)}}}""", sanctions with { Mute = !sanctions.Mute }),
            1 => (Bit.Deafen, $$"""{"server_deaf":{{Json(!sanctions.Deaf)}}}""", sanctions with { Deaf = !sanctions.Deaf }),
            _ => (Bit.Timeout, $$"""{"timeout_until":{{Json(until)}}}""", sanctions with { Timeout = until }),
        };
        var status = In(server, actor, 0)
            ?? Unless(member is not null, 404)
            ?? Above(server, actor, target, needed)
            ?? (needed == Bit.Timeout && until is not null && server.IsMighty(member!) ? 403 : 200);
        return Do(actor, "PATCH", $"servers/{server.Id}/members/{target}", body, status, _ => With(world, server, member! with { Sanctions = updated }));
    }

    private Attempt Nickname(World world, ModelServer server)
    {
        var (actor, target, nickname) = (Actor(server), AnyMember(server), Chance(0.7) ? Name("nick") : null);
        var member = server.Members.GetValueOrDefault(target);
        var isOwn = target == actor.Id;
        var status = In(server, actor, 0)
            ?? Unless(member is not null, 404)
            ?? (isOwn ? Unless((server.Permissions(actor.Id) & (Bit.ChangeNickname | Bit.ManageNicknames)) != 0, 403) : Above(server, actor, target, Bit.ManageNicknames))
            ?? 200;
        return Do(actor, "PATCH", $"servers/{server.Id}/members/{(isOwn ? "@me" : target)}", $$"""{"nickname":{{Json(nickname)}}}""", status, _ => With(world, server, member! with { Nickname = nickname }));
    }

    private Attempt Post(World world, ModelServer server)
    {
        var (actor, id) = (Chance(0.9) ? Who(Of(server.Members.Keys)) : Of(people), AnyChannel(server));
        if (server.Visible(actor.Id).ToList() is { Count: > 0 } visible && visible.All(channel => channel.Id != id) && Chance(0.8)) id = Of(visible).Id;
        var status = In(server, actor, id, Bit.Send) ?? (server.Channels[id].Type == "category" ? 409 : null);
        if (status is null) return Say(world, new Place(server, server.Channels[id], null), actor);
        return Do(actor, "POST", $"channels/{id}/messages", $$"""{"content":"{{Name("message")}}"}""", status.Value, _ => world);
    }

    private Attempt PostPrivately(World world)
    {
        if (world.Privates.IsEmpty) return Open(world);
        var channel = Of(world.Privates.Values);
        var (place, actor) = (new Place(null, null, channel), Chance(0.85) ? Who(Of(channel.Members)) : Of(people));
        return In(world, place, actor, Bit.Send) is { } refusal
            ? Do(actor, "POST", $"channels/{channel.Id}/messages", $$"""{"content":"{{Name("message")}}"}""", refusal, _ => world)
            : Say(world, place, actor);
    }

    /// <summary>By somebody who may.</summary>
    private Attempt Say(World world, Place place, Person actor)
    {
        var content = $"{Name("message")}{Of("", "", $" <@{Of(people).Id}>", place.Server is null ? "" : $" <@&{Of(place.Server.Roles.Keys)}> <#{place.Id}>", " @everyone")}";
        var replyTo = !place.Messages.IsEmpty && Chance(0.3) ? Of(place.Messages.Keys) : null;
        var isKnown = true;
        if (replyTo is not null && Chance(0.2) && AnyMessage(world) is var (_, other))
        {
            replyTo = other.Id;
            isKnown = place.Messages.ContainsKey(replyTo);
        }

        var mayReply = replyTo is null || (place.Permissions(world, actor.Id) & Bit.History) != 0;

        return Do(actor, "POST", $"channels/{place.Id}/messages", $$"""{"content":"{{content}}","reply_to":{{Json(replyTo)}}}""", !mayReply ? 403 : isKnown ? 201 : 400, answer =>
        {
            var message = new ModelMessage(answer.Id, actor.Id, content, replyTo is null ? "default" : "reply", replyTo).As(answer.Body);
            // Whoever has closed it finds it in their list again.
            if (place.Private is { } channel) place = place with { Private = channel with { Closed = channel.Closed.Clear() } };
            return place.With(world, place.Messages.Add(message.Id, message), message.Id);
        });
    }

    private Attempt Edit(World world, (Place Place, ModelMessage Message)? any)
    {
        if (any is not var (place, message)) return Open(world);
        var actor = Chance(0.7) ? Who(message.Author) : Of(people);
        var content = Chance(0.9) ? Name("edited") : message.Content;
        var status = In(world, place, actor, 0)
            ?? Unless(message.Author == actor.Id, 403)
            ?? In(world, place, actor, Bit.Send)
            ?? Unless(content.Length > 0, 400)
            ?? Unless(message.Type is "default" or "reply", 409)
            ?? 200;
        return Do(actor, "PATCH", $"channels/{place.Id}/messages/{message.Id}", $$"""{"content":"{{content}}"}""", status, answer =>
            content == message.Content ? world : place.With(world, (message with { Content = content }).As(answer.Body)));
    }

    private Attempt DeleteMessage(World world, (Place Place, ModelMessage Message)? any)
    {
        if (any is not var (place, message)) return Open(world);
        var actor = Chance(0.4) ? Who(message.Author) : Reader(place);
        var status = In(world, place, actor, 0) ?? (message.Author == actor.Id ? null : In(world, place, actor, Bit.ManageMessages)) ?? 204;
        return Do(actor, "DELETE", $"channels/{place.Id}/messages/{message.Id}", null, status, _ => place.With(world, place.Messages.Remove(message.Id)));
    }

    private Attempt BulkDelete(World world)
    {
        if (AnyMessage(world) is not var (place, _)) return Open(world);
        var actor = Reader(place);
        List<string> ids = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Of(place.Messages.Keys)).Distinct()];
        if (Chance(0.3)) ids.Add(AnyMessage(world)!.Value.Message.Id);
        var body = $$"""{"ids":[{{string.Join(',', ids.Select(Json))}}]}""";
        return Do(actor, "POST", $"channels/{place.Id}/messages/bulk-delete", body, In(world, place, actor, Bit.ManageMessages) ?? 204, _ => place.With(world, place.Messages.RemoveRange(ids))) with { IsBulk = true };
    }

    private Attempt React(World world, (Place Place, ModelMessage Message)? any)
    {
        if (any is not var (place, message)) return Open(world);
        var (actor, emoji) = (Reader(place), Of(Emoji));
        var path = $"channels/{place.Id}/messages/{message.Id}/reactions/{Uri.EscapeDataString(emoji)}/@me";
        return Do(actor, "PUT", path, null, In(world, place, actor, Bit.AddReactions) ?? 204, _ =>
            message.Reactions.Contains((emoji, actor.Id)) ? world : place.With(world, message with { Reactions = message.Reactions.Add((emoji, actor.Id)) }));
    }

    private Attempt Unreact(World world, (Place Place, ModelMessage Message)? any)
    {
        if (any is not var (place, message)) return Open(world);
        if (message.Reactions.IsEmpty) return React(world, any);
        var (emoji, by) = Of(message.Reactions);
        var actor = Chance(0.8) ? Who(by) : Of(people);
        var path = $"channels/{place.Id}/messages/{message.Id}/reactions/{Uri.EscapeDataString(emoji)}/@me";
        return Do(actor, "DELETE", path, null, In(world, place, actor, 0) ?? Unless(message.Reactions.Contains((emoji, actor.Id)), 404) ?? 204, _ =>
            place.With(world, message with { Reactions = message.Reactions.Remove((emoji, actor.Id)) }));
    }

    private Attempt ClearReactions(World world, (Place Place, ModelMessage Message)? any)
    {
        if (any is not var (place, message)) return Open(world);
        if (message.Reactions.IsEmpty) return React(world, any);
        var (actor, emoji) = (Reader(place), Of(message.Reactions).Emoji);
        var path = $"channels/{place.Id}/messages/{message.Id}/reactions/{Uri.EscapeDataString(emoji)}";
        return Do(actor, "DELETE", path, null, In(world, place, actor, Bit.ManageMessages) ?? 204, _ =>
            place.With(world, message with { Reactions = message.Reactions.RemoveAll(reaction => reaction.Emoji == emoji) }));
    }

    private Attempt Pin(World world, (Place Place, ModelMessage Message)? any, bool isPinned)
    {
        if (any is not var (place, message)) return Open(world);
        if (!isPinned && place.Messages.Values.FirstOrDefault(each => each.IsPinned) is { } pinned) message = pinned;
        var actor = Reader(place);
        var refusal = In(world, place, actor, 0) ?? In(world, place, actor, place.Private is null ? Bit.ManageMessages : Bit.Send);
        if (isPinned) refusal ??= Unless(message.Type is "default" or "reply", 409);
        return new Attempt(actor, isPinned ? "PUT" : "DELETE", $"channels/{place.Id}/pins/{message.Id}", null, refusal ?? 204, async _ =>
        {
            if (message.IsPinned == isPinned) return world;
            var messages = place.Messages.SetItem(message.Id, message with { IsPinned = isPinned });
            if (!isPinned) return place.With(world, messages);
            // The message that says so has an ID that the answer does not tell.
            var said = (await Who(place.Witness).GetAsync($"channels/{place.Id}/messages?limit=1")).Expect(200).Items[0];
            var added = new ModelMessage("", actor.Id, "", "pin_added", message.Id).As(said);
            return place.With(world, messages.Add(added.Id, added), added.Id);
        });
    }

    private Attempt Open(World world)
    {
        var actor = Of(people);
        List<string> others = [.. Enumerable.Range(0, Chance(0.6) ? 1 : random.Next(2, 4)).Select(_ => Of(people).Id).Where(id => id != actor.Id).Distinct()];
        if (others.Count == 0) others = [people.First(person => person != actor).Id];
        var found = others.Count > 1 ? null : world.Privates.Values.FirstOrDefault(channel => channel.Type == "dm" && channel.Members.Contains(actor.Id) && channel.Members.Contains(others[0]));
        var status = found is not null ? 200 : Unless(others.All(other => world.Knows(actor.Id, other)), 404) ?? Unless(others.All(other => world.MayWrite(actor.Id, other)), 403) ?? 201;
        return Do(actor, "POST", "users/@me/channels", $$"""{"recipient_ids":[{{string.Join(',', others.Select(Json))}}]}""", status, answer => world.With(
            found is null ? new ModelPrivate(answer.Id, others.Count == 1 ? "dm" : "group_dm", null, actor.Id, [actor.Id, .. others]) : found with { Closed = found.Closed.Remove(actor.Id) }));
    }

    private Attempt Close(World world)
    {
        if (world.Privates.IsEmpty) return Open(world);
        var channel = Of(world.Privates.Values);
        var actor = Chance(0.85) ? Who(Of(channel.Members)) : Of(people);
        return Do(actor, "DELETE", $"channels/{channel.Id}", null, channel.Members.Contains(actor.Id) ? 204 : 404, _ =>
        {
            var left = channel.Type == "dm" ? channel with { Closed = channel.Closed.Add(actor.Id) } : channel.Without(actor.Id);
            if (left.Members.IsEmpty) Gone.Add(channel.Id);
            return world.With(left);
        });
    }

    private Attempt AddRecipient(World world)
    {
        if (world.Privates.IsEmpty) return Open(world);
        var channel = AnyGroup(world);
        var (actor, added) = (Chance(0.85) ? Who(Of(channel.Members)) : Of(people), Of(people).Id);
        var status = Unless(channel.Members.Contains(actor.Id), 404)
            ?? Unless(channel.Type == "group_dm", 409)
            ?? (channel.Members.Contains(added) ? null : Unless(world.Knows(actor.Id, added), 404) ?? Unless(world.MayWrite(actor.Id, added), 403))
            ?? 204;
        return Do(actor, "PUT", $"channels/{channel.Id}/recipients/{added}", null, status, _ =>
            channel.Members.Contains(added) ? world : world.With(channel with { Members = channel.Members.Add(added) }));
    }

    private Attempt RemoveRecipient(World world)
    {
        if (world.Privates.IsEmpty) return Open(world);
        var channel = AnyGroup(world);
        var (actor, removed) = (Chance(0.6) ? Who(channel.Owner) : Of(people), Chance(0.8) ? Of(channel.Members) : Of(people).Id);
        var status = Unless(channel.Members.Contains(actor.Id), 404)
            ?? Unless(channel.Type == "group_dm", 409)
            ?? Unless(channel.Owner == actor.Id || removed == actor.Id, 403)
            ?? Unless(channel.Members.Contains(removed), 404)
            ?? 204;
        return Do(actor, "DELETE", $"channels/{channel.Id}/recipients/{removed}", null, status, _ => world.With(channel.Without(removed)));
    }

    private Attempt RenameGroup(World world)
    {
        if (world.Privates.IsEmpty) return Open(world);
        var channel = AnyGroup(world);
        var (actor, name) = (Chance(0.85) ? Who(Of(channel.Members)) : Of(people), Chance(0.8) ? Name("group") : null);
        var status = Unless(channel.Members.Contains(actor.Id), 404) ?? Unless(channel.Type == "group_dm", 409) ?? 200;
        return Do(actor, "PATCH", $"channels/{channel.Id}", $$"""{"name":{{Json(name)}}}""", status, _ => world.With(channel with { Name = name }));
    }

    private Attempt Relate(World world)
    {
        var (actor, other, isBlock) = (Of(people), Of(people).Id, Chance(0.25));
        // Mostly an answer to somebody who has asked.
        if (!isBlock && Chance(0.4) && world.Relations.Where(pair => pair.Value == "incoming").Select(pair => pair.Key).Order().ToList() is { Count: > 0 } asked)
        {
            var (user, by) = Of(asked);
            (actor, other) = (Who(user), by);
        }

        var (own, others) = (world.Relation(actor.Id, other), world.Relation(other, actor.Id));
        var status = Unless(actor.Id != other, 400) ?? (isBlock ? 204 : Unless(own != "blocked", 409) ?? Unless(others != "blocked", 403) ?? 204);
        return Do(actor, "PUT", $"users/@me/relationships/{other}", isBlock ? """{"type":"blocked"}""" : """{"type":"friend"}""", status, _ => (isBlock, own) switch
        {
            (true, _) => world.With(actor.Id, other, "blocked", others == "blocked" ? others : null),
            (_, "friend" or "outgoing") => world,
            (_, "incoming") => world.With(actor.Id, other, "friend", "friend"),
            _ => world.With(actor.Id, other, "outgoing", "incoming"),
        });
    }

    private Attempt EndRelation(World world)
    {
        var (actor, other) = (Of(people), Of(people).Id);
        if (!world.Relations.IsEmpty && Chance(0.85))
        {
            var (user, with) = Of(world.Relations.Keys.Order());
            (actor, other) = (Who(user), with);
        }

        var status = world.Relation(actor.Id, other) is null ? 404 : 204;
        return Do(actor, "DELETE", $"users/@me/relationships/{other}", null, status, _ => world.With(actor.Id, other, null, world.Relation(other, actor.Id) == "blocked" ? "blocked" : null));
    }

    private Attempt ChangeName(World world)
    {
        var (actor, name) = (Of(people), Chance(0.8) ? Name("name") : null);
        return Do(actor, "PATCH", "users/@me", $$"""{"display_name":{{Json(name)}}}""", 200, _ => world with { Names = world.Names.SetItem(actor.Id, (actor.Username, name ?? actor.Username)) });
    }

    private Attempt ChangeSettings(World world)
    {
        var (actor, theme) = (Of(people), Of("system", "dark", "light"));
        return Do(actor, "PATCH", "users/@me/settings", $$"""{"theme":"{{theme}}"}""", 200, _ => world with { Themes = world.Themes.SetItem(actor.Id, theme) });
    }

    // What refuses a request, first things first; null when nothing does.

    private static int? Unless(bool holds, int status) => holds ? null : status;

    private static int? In(ModelServer server, Person actor, ulong needed) =>
        Unless(server.Members.ContainsKey(actor.Id), 404) ?? Unless((server.Permissions(actor.Id) & needed) == needed, 403);

    private static int? In(ModelServer server, Person actor, string channel, ulong needed) =>
        !server.Channels.TryGetValue(channel, out var found) || !server.Sees(actor.Id, found) ? 404 : Unless((server.Permissions(actor.Id, found) & needed) == needed, 403);

    private static int? In(World world, Place place, Person actor, ulong needed) =>
        place.Permissions(world, actor.Id) is var permissions && (permissions & Bit.View) == 0 ? 404 : Unless((permissions & needed) == needed, 403);

    private static int? Above(ModelServer server, Person actor, string target, ulong needed) => In(server, actor, needed) ?? Unless(server.OutranksMember(actor.Id, target), 403);

    private static int? Role(ModelServer server, Person actor, ModelRole role) => In(server, actor, Bit.ManageRoles) ?? Unless(server.Outranks(actor.Id, role), 403);

    private static int? Category(ModelServer server, Person actor, string type, string? category)
    {
        if (category is null) return null;
        if (type == "category" || !server.Channels.TryGetValue(category, out var found) || found.Type != "category" || !server.Sees(actor.Id, found)) return 400;
        return In(server, actor, category, Bit.ManageChannels);
    }

    private static int? Target(ModelServer server, Person actor, ModelOverwrite overwrite)
    {
        if (overwrite.Type == "role") return !server.Roles.TryGetValue(overwrite.Id, out var role) ? 404 : Unless(role.Id == server.Id || server.Outranks(actor.Id, role), 403);
        return Unless(server.Members.ContainsKey(overwrite.Id), 404) ?? Unless(overwrite.Id == actor.Id || server.OutranksMember(actor.Id, overwrite.Id), 403);
    }

    private static int? Changes(ModelServer server, Person actor, string channel, string target, ModelOverwrite? after)
    {
        var found = server.Channels[channel];
        var before = found.Overwrites.GetValueOrDefault(target);
        var changed = ((before?.Allow ?? 0) ^ (after?.Allow ?? 0)) | ((before?.Deny ?? 0) ^ (after?.Deny ?? 0));
        return Unless((changed & ~server.Permissions(actor.Id, found)) == 0, 403);
    }

    // What the dice say.

    private static Attempt Do(Person actor, string method, string path, string? body, int status, Func<Answer, World> then) =>
        new(actor, method, path, body, status, answer => ValueTask.FromResult(then(answer)));

    private static World With(World world, ModelServer server, ModelMember member) => world.With(server with { Members = server.Members.SetItem(member.User, member) });

    private static ModelMember Newcomer(string user) => new(user, null, ImmutableSortedSet.Create<string>(StringComparer.Ordinal), ModelSanctions.None);

    private static string Json(string? text) => text is null ? "null" : Person.Json(text);

    private static string Json(bool value) => value ? "true" : "false";

    private static string Json(ModelOverwrite overwrite) => $"\"type\":\"{overwrite.Type}\",\"allow\":\"{overwrite.Allow}\",\"deny\":\"{overwrite.Deny}\"";

    /// <summary>The owner half of the time: a world of refusals shows little.</summary>
    private Person Actor(ModelServer server) => Chance(0.5) ? Who(server.Owner) : Chance(0.85) ? Who(Of(server.Members.Keys)) : Of(people);

    private Person Who(string id) => people.First(person => person.Id == id);

    /// <summary>Mostly not <c>@everyone</c>.</summary>
    private ModelRole AnyRole(ModelServer server) => server.Roles.Count > 1 && Chance(0.9) ? Of(server.Roles.Values.Where(role => role.Id != server.Id)) : server.Roles[server.Id];

    private string AnyMember(ModelServer server) => Chance(0.9) ? Of(server.Members.Keys) : Of(people).Id;

    private string AnyChannel(ModelServer server, string? type = null)
    {
        // Often the same one again: what was remembered about it is wrong now, or it is not.
        if (type is null && server.Channels.ContainsKey(_channel) && Chance(0.4)) return _channel;
        var fitting = server.Channels.Keys.Where(id => type is null || server.Channels[id].Type == type).ToList();
        if (fitting.Count == 0) fitting = [.. server.Channels.Keys];
        return fitting.Count == 0 || (Gone.Count > 0 && Chance(0.03)) ? Of([.. Gone, server.Id]) : _channel = Of(fitting);
    }

    /// <summary>Of the last ones half of the time, so that the same one meets more than once.</summary>
    private (Place Place, ModelMessage Message)? AnyMessage(World world)
    {
        var places = world.Places.Where(place => !place.Messages.IsEmpty).ToList();
        if (places.Count == 0) return null;
        var place = Of(places);
        return (place, Chance(0.5) ? Of(place.Messages.Values.TakeLast(2)) : Of(place.Messages.Values));
    }

    /// <summary>Mostly somebody who sees it.</summary>
    private Person Reader(Place place) => Chance(0.2) ? Of(people) : place.Private is { } channel ? Who(Of(channel.Members)) : Actor(place.Server!);

    /// <summary>Mostly not of two.</summary>
    private ModelPrivate AnyGroup(World world) =>
        world.Privates.Values.Where(channel => channel.Type == "group_dm").ToList() is { Count: > 0 } groups && Chance(0.9) ? Of(groups) : Of(world.Privates.Values);

    /// <summary>Mostly about who sees the channel.</summary>
    private ModelOverwrite NewOverwrite(ModelServer server)
    {
        var (id, type) = random.Next(10) switch
        {
            < 4 => (server.Id, "role"),
            < 7 => (Of(server.Roles.Keys), "role"),
            _ => (AnyMember(server), "member"),
        };
        var (allow, deny) = (Chance(0.5) ? Some(0, 2) : 0, Chance(0.5) ? Some(0, 2) : 0);
        if (Chance(0.7)) (allow, deny) = Chance(0.5) ? (allow | Bit.View, deny) : (allow, deny | Bit.View);
        return new ModelOverwrite(id, type, allow & ~deny, deny);
    }

    private ulong Some(int from, int to) => Enumerable.Range(0, random.Next(from, to + 1)).Aggregate(0UL, (mask, _) => mask | Of(Grants));

    private string Name(string what) => $"{what}-{++_number}";

    private bool Chance(double probability) => random.NextDouble() < probability;

    private T Of<T>(params IEnumerable<T> items)
    {
        var list = items as IReadOnlyList<T> ?? [.. items];
        return list[random.Next(list.Count)];
    }
}
