using System.Text.Json;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Users;

public sealed class ProfileTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task new_profile_is_told_to_all_who_know_the_user_and_to_nobody_else()
    {
        var club = await Community.FoundAsync(_host);
        var (anna, member, partner) = (club.Owner, await club.MemberAsync("member"), await club.MemberAsync("partner"));
        var (friend, stranger) = (await _host.PersonAsync("friend"), await _host.PersonAsync("stranger"));
        (await anna.PostAsync("users/@me/channels", $$"""{"recipient_ids":["{{partner.Id}}"]}""")).Expect(201);
        (await partner.DeleteAsync($"servers/{club.Id}/members/@me")).Expect(204);
        (await friend.PutAsync($"users/@me/relationships/{anna.Id}", """{"type":"friend"}""")).Expect(204);
        (await anna.PutAsync($"users/@me/relationships/{friend.Id}", """{"type":"friend"}""")).Expect(204);

        var listeners = new List<Listener>();
        foreach (var person in (Person[])[anna, member, partner, friend, stranger]) listeners.Add(await Listener.OfAsync(_host, person));
        var own = (await anna.PatchAsync("users/@me", """{"display_name":" Anna K. ","about":"e4\nand *more*","email":"anna@example.org"}""")).Expect(200);
        Assert.Equal(("Anna K.", "e4\nand *more*", "anna@example.org"), (own["display_name"].GetString(), own["about"].GetString(), own["email"].GetString()));
        AssertSame(own.Body, (await anna.GetAsync("users/@me")).Expect(200).Body);
        // What stays as it is, and an address that only its owner sees, is no news.
        (await anna.PatchAsync("users/@me", """{"display_name":"Anna K."}""")).Expect(200);
        (await anna.PatchAsync("users/@me", """{"email":null}""")).Expect(200);

        var seenBy = (await member.GetAsync($"users/{anna.Id}")).Expect(200);
        Assert.Equal(["id", "username", "display_name", "avatar_url", "created_at", "about"], seenBy.Body.EnumerateObject().Select(field => field.Name));
        foreach (var listener in listeners[..4])
        {
            var frame = Assert.Single(await listener.SeenAsync());
            Assert.Equal("USER_UPDATE", frame.T);
            AssertSame(seenBy.Body, frame.D);
        }

        Assert.Empty(await listeners[4].SeenAsync());
        foreach (var person in (Person[])[anna, member, partner, friend]) AssertSame(seenBy.Body, (await person.GetAsync($"users/{anna.Id}")).Expect(200).Body);
        (await stranger.GetAsync($"users/{anna.Id}")).ExpectRefusal(404, "not_found");
        foreach (var listener in listeners) await listener.DisposeAsync();
    }

    [Fact]
    public async Task chosen_name_is_shown_wherever_the_user_is()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var before = await bob.SayAsync(club.General, "before");
        Assert.Equal(bob.Username, before["author"].GetProperty("display_name").GetString());
        (await bob.PatchAsync("users/@me", """{"display_name":"Bobby","about":"e4"}""")).Expect(200);
        Assert.Equal("Bobby", (await bob.SayAsync(club.General, "after"))["author"].GetProperty("display_name").GetString());
        Assert.Equal("Bobby", (await bob.GetAsync($"channels/{club.General}/messages/{before.Id}"))["author"].GetProperty("display_name").GetString());
        Assert.Equal("Bobby", (await club.Owner.GetAsync($"servers/{club.Id}/members/{bob.Id}"))["user"].GetProperty("display_name").GetString());
        Assert.Equal("Bobby", (await club.Owner.SayAsync(club.General, $"<@{bob.Id}>"))["mentions"][0].GetProperty("display_name").GetString());
        await using (var socket = await GatewayClient.IdentifiedAsync(_host, bob)) Assert.Equal("Bobby", socket.Ready!.D.GetProperty("user").GetProperty("display_name").GetString());

        var reset = (await bob.PatchAsync("users/@me", """{"display_name":null,"about":null}""")).Expect(200);
        Assert.Equal((bob.Username, false), (reset["display_name"].GetString(), reset.Body.TryGetProperty("about", out _)));
    }

    [Theory]
    [InlineData("""{"display_name":"\u202eyllaer"}""", "display_name")]
    [InlineData("""{"display_name":"a\nb"}""", "display_name")]
    [InlineData("""{"display_name":"\u200b\u2060"}""", "display_name")]
    [InlineData("""{"display_name":"123456789012345678901234567890123"}""", "display_name")]
    [InlineData("""{"display_name":7}""", "display_name")]
    [InlineData("""{"display_name":"a\u0000"}""", "display_name")]
    [InlineData("""{"about":"\ud800"}""", "about")]
    [InlineData("""{"about":[]}""", "about")]
    [InlineData("""{"email":"anna"}""", "email")]
    [InlineData("""{"email":"a@b@c"}""", "email")]
    [InlineData("""{"display_name":"\u202e","about":"fine","email":"no"}""", "display_name email")]
    public async Task bad_profile_is_refused_by_the_name_of_the_field(string body, string fields)
    {
        var anna = await _host.PersonAsync("anna", "anna@example.org");
        var before = (await anna.GetAsync("users/@me")).Expect(200);
        var answer = await anna.PatchAsync("users/@me", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal(fields.Split(' '), answer.Fields);
        AssertSame(before.Body, (await anna.GetAsync("users/@me")).Expect(200).Body);
    }

    [Fact]
    public async Task about_is_190_characters_at_most()
    {
        var anna = await _host.PersonAsync("anna");
        (await anna.PatchAsync("users/@me", $$"""{"about":"{{new string('x', 190)}}"}""")).Expect(200);
        Assert.Equal(["about"], (await anna.PatchAsync("users/@me", $$"""{"about":"{{new string('x', 191)}}"}""")).Expect(400).Fields);
    }

    private static void AssertSame(JsonElement expected, JsonElement actual) => Assert.True(JsonElement.DeepEquals(expected, actual), $"{expected.GetRawText()}\n{actual.GetRawText()}");
}
