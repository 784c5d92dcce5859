using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

public sealed class ReactionsTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private const string Apple = "🍎";
    private const string Pear = "🍐";

    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task reactions_come_and_go_before_everybodys_eyes()
    {
        var club = await Community.FoundAsync(_host);
        var (bob, carol) = (await club.MemberAsync("bob"), await club.MemberAsync("carol"));
        var message = await bob.SayAsync(club.General, "checkmate");
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        foreach (var (person, emoji) in ((Person, string)[])[(bob, Apple), (carol, Apple), (carol, Pear)]) (await person.PutAsync(Own(club, message, emoji))).Expect(204);
        Assert.Equal([$"{Apple} 2", $"{Pear} 1"], await ReactionsAsync(club.Owner, club, message));
        (await carol.DeleteAsync(Own(club, message, Pear))).Expect(204);
        Assert.Equal([$"{Apple} 2"], await ReactionsAsync(club.Owner, club, message));
        (await club.Owner.DeleteAsync(All(club, message, Apple))).Expect(204);
        Assert.Empty(await ReactionsAsync(club.Owner, club, message));

        await club.Owner.SayAsync(club.General, "behind");
        var frames = await socket.BeforeAsync("behind");
        Assert.Equal(
            [
                ("MESSAGE_REACTION_ADD", bob.Id, Apple), ("MESSAGE_REACTION_ADD", carol.Id, Apple), ("MESSAGE_REACTION_ADD", carol.Id, Pear),
                ("MESSAGE_REACTION_REMOVE", carol.Id, Pear), ("MESSAGE_REACTION_REMOVE", bob.Id, Apple), ("MESSAGE_REACTION_REMOVE", carol.Id, Apple),
            ],
            frames.Select(frame => (frame.T!, frame.D.GetProperty("user_id").GetString()!, frame.D.GetProperty("emoji").GetString()!)));
        Assert.All(frames, frame => Assert.Equal(
            (club.General, club.Id, message.Id, 5),
            (frame.D.GetProperty("channel_id").GetString(), frame.D.GetProperty("server_id").GetString(), frame.D.GetProperty("message_id").GetString(), frame.D.EnumerateObject().Count())));
        // One change, one position.
        Assert.Equal(frames[4].S, frames[5].S);
    }

    [Fact]
    public async Task who_reacted_is_told_so_and_others_are_not()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await club.Owner.SayAsync(club.General, "helo");
        (await bob.PutAsync(Own(club, message, Apple))).Expect(204);
        await using var owners = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        await using var bobs = await GatewayClient.IdentifiedAsync(_host, bob);
        var edited = (await club.Owner.PatchAsync($"channels/{club.General}/messages/{message.Id}", """{"content":"hello"}""")).Expect(200);

        Assert.False(Me(edited.Body));
        Assert.False(Me((await owners.ReceiveAsync("MESSAGE_UPDATE")).D));
        Assert.True(Me((await bobs.ReceiveAsync("MESSAGE_UPDATE")).D));
        foreach (var (person, isMe) in ((Person, bool)[])[(club.Owner, false), (bob, true)])
        {
            Assert.Equal(isMe, Me((await person.GetAsync($"channels/{club.General}/messages/{message.Id}")).Expect(200).Body));
            Assert.Equal(isMe, Me(Assert.Single((await person.GetAsync($"channels/{club.General}/messages")).Expect(200).Items)));
        }

        static bool Me(JsonElement message) => Assert.Single(message.GetProperty("reactions").EnumerateArray()).GetProperty("me").GetBoolean();
    }

    [Fact]
    public async Task spelling_variants_of_an_emoji_are_one()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await bob.SayAsync(club.General, "love");
        const string Heart = "\u2764\ufe0f";
        const string Bare = "\u2764";
        (await bob.PutAsync(Own(club, message, Bare))).Expect(204);
        (await club.Owner.PutAsync(Own(club, message, Heart))).Expect(204);
        Assert.Equal([$"{Heart} 2"], await ReactionsAsync(bob, club, message));
        Assert.Equal(2, (await bob.GetAsync(All(club, message, Bare))).Expect(200).Items.Count);
        (await bob.DeleteAsync(Own(club, message, Heart))).Expect(204);
        Assert.Equal([$"{Heart} 1"], await ReactionsAsync(bob, club, message));
    }

    [Fact]
    public async Task twenty_kinds_are_the_most()
    {
        string[] fruit = ["🍇", "🍈", "🍉", "🍊", "🍋", "🍌", "🍍", "🥭", "🍎", "🍏", "🍐", "🍑", "🍒", "🍓", "🥝", "🍅", "🥥", "🥑", "🍆", "🥔", "🥕"];
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await bob.SayAsync(club.General, "market");
        foreach (var emoji in fruit[..20]) (await bob.PutAsync(Own(club, message, emoji))).Expect(204);
        (await bob.PutAsync(Own(club, message, fruit[20]))).ExpectRefusal(409, "limit_reached");
        // Others join in with what is there.
        (await club.Owner.PutAsync(Own(club, message, fruit[0]))).Expect(204);
        (await bob.DeleteAsync(Own(club, message, fruit[1]))).Expect(204);
        (await bob.PutAsync(Own(club, message, fruit[20]))).Expect(204);
        // In the order the kinds came.
        Assert.Equal([$"{fruit[0]} 2", .. fruit[2..].Select(emoji => $"{emoji} 1")], await ReactionsAsync(bob, club, message));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1")]
    [InlineData("🍎🍎")]
    [InlineData("🍎x")]
    [InlineData(":apple:")]
    [InlineData(" ")]
    [InlineData("\ufe0f")]
    public async Task reacting_takes_one_emoji(string text)
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "hello");
        foreach (var answer in (Answer[])
        [
            await club.Owner.PutAsync(Own(club, message, text)), await club.Owner.DeleteAsync(Own(club, message, text)),
            await club.Owner.GetAsync(All(club, message, text)), await club.Owner.DeleteAsync(All(club, message, text)),
        ])
        {
            answer.ExpectRefusal(400, "invalid_body");
            Assert.Equal(["emoji"], answer.Fields);
        }

        Assert.Empty(await ReactionsAsync(club.Owner, club, message));
    }

    [Fact]
    public async Task deleted_message_takes_no_reactions()
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "oops");
        (await club.Owner.PutAsync(Own(club, message, Apple))).Expect(204);
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{message.Id}")).Expect(204);
        (await club.Owner.PutAsync(Own(club, message, Apple))).ExpectRefusal(404, "not_found");
        (await club.Owner.PutAsync(Own(club, message, "x"))).ExpectRefusal(404, "not_found");
        (await club.Owner.DeleteAsync(Own(club, message, Apple))).ExpectRefusal(404, "not_found");
        (await club.Owner.GetAsync(All(club, message, Apple))).ExpectRefusal(404, "not_found");
        (await club.Owner.DeleteAsync(All(club, message, Apple))).ExpectRefusal(404, "not_found");
    }

    [Fact]
    public async Task reacting_needs_add_reactions_and_clearing_manage_messages()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await club.Owner.SayAsync(club.General, "hello");
        (await bob.PutAsync(Own(club, message, Apple))).Expect(204);
        (await bob.DeleteAsync(All(club, message, Apple))).ExpectRefusal(403, "missing_permissions");
        await club.WithholdAsync(Permissions.AddReactions | Permissions.ReadMessageHistory);
        (await bob.PutAsync(Own(club, message, Pear))).ExpectRefusal(403, "missing_permissions");
        (await bob.GetAsync(All(club, message, Apple))).ExpectRefusal(403, "missing_permissions");
        // What one has given one can take back.
        (await bob.DeleteAsync(Own(club, message, Apple))).Expect(204);
        Assert.Empty(await ReactionsAsync(club.Owner, club, message));
    }

    [Fact]
    public async Task reacting_twice_is_once_and_what_is_not_there_cannot_be_removed()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await club.Owner.SayAsync(club.General, "hello");
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        (await bob.PutAsync(Own(club, message, Apple))).Expect(204);
        (await bob.PutAsync(Own(club, message, Apple))).Expect(204);
        (await club.Owner.DeleteAsync(Own(club, message, Apple))).ExpectRefusal(404, "not_found");
        (await bob.DeleteAsync(Own(club, message, Pear))).ExpectRefusal(404, "not_found");
        (await club.Owner.DeleteAsync(All(club, message, Pear))).ExpectRefusal(404, "not_found");
        await bob.SayAsync(club.General, "behind");
        Assert.Single(await socket.BeforeAsync("behind"));
        Assert.Equal([$"{Apple} 1"], await ReactionsAsync(bob, club, message));
    }

    [Fact]
    public async Task those_who_reacted_are_listed_by_pages()
    {
        var club = await Community.FoundAsync(_host);
        var message = await club.Owner.SayAsync(club.General, "hello");
        var people = new List<Person> { club.Owner };
        for (var i = 0; i < 3; i++) people.Add(await club.MemberAsync());
        foreach (var person in people.AsEnumerable().Reverse()) (await person.PutAsync(Own(club, message, Apple))).Expect(204);
        string[] ids = [.. people.Select(person => person.Id).Order(StringComparer.Ordinal)];
        Assert.Equal(ids, (await club.Owner.GetAsync(All(club, message, Apple))).Expect(200).Ids);
        Assert.Equal(ids[..3], (await club.Owner.GetAsync($"{All(club, message, Apple)}?limit=3")).Expect(200).Ids);
        Assert.Equal(ids[3..], (await club.Owner.GetAsync($"{All(club, message, Apple)}?limit=3&after={ids[2]}")).Expect(200).Ids);
        Assert.Empty((await club.Owner.GetAsync(All(club, message, Pear))).Expect(200).Items);
        var bad = await club.Owner.GetAsync($"{All(club, message, Apple)}?limit=101&after=me");
        bad.ExpectRefusal(400, "invalid_query");
        Assert.Equal(["after", "limit"], bad.Fields);
    }

    [Fact]
    public async Task hundred_people_react_at_once_and_none_is_lost()
    {
        var club = await Community.FoundAsync(_host);
        var invite = await club.InviteAsync();
        var people = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            var person = await _host.PersonAsync();
            (await person.PostAsync($"invites/{invite}")).Expect(200);
            return person;
        }));
        var message = await club.Owner.SayAsync(club.General, "vote");
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        await Task.WhenAll(people.Select(async person => (await person.PutAsync(Own(club, message, Apple))).Expect(204)));

        Assert.Equal([$"{Apple} 100"], await ReactionsAsync(club.Owner, club, message));
        var ids = people.Select(person => person.Id).Order(StringComparer.Ordinal);
        Assert.Equal(ids, (await club.Owner.GetAsync($"{All(club, message, Apple)}?limit=100")).Expect(200).Ids);
        await club.Owner.SayAsync(club.General, "behind");
        Assert.Equal(ids, (await socket.BeforeAsync("behind")).Select(frame => frame.D.GetProperty("user_id").GetString()).Order(StringComparer.Ordinal));
    }

    private static string All(Community club, Answer message, string emoji) => $"channels/{club.General}/messages/{message.Id}/reactions/{Uri.EscapeDataString(emoji)}";

    private static string Own(Community club, Answer message, string emoji) => $"{All(club, message, emoji)}/@me";

    private static async Task<List<string>> ReactionsAsync(Person reader, Community club, Answer message) =>
    [
        .. (await reader.GetAsync($"channels/{club.General}/messages/{message.Id}")).Expect(200)["reactions"].EnumerateArray()
            .Select(reaction => $"{reaction.GetProperty("emoji").GetString()} {reaction.GetProperty("count").GetInt32()}"),
    ];
}
