using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

public sealed class RepliesTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task reply_shows_what_it_refers_to_everywhere()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var question = await club.Owner.SayAsync(club.General, "e4 or d4?");
        (await bob.PutAsync($"channels/{club.General}/messages/{question.Id}/reactions/{Uri.EscapeDataString("🍎")}/@me")).Expect(204);
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        var reply = (await ReplyAsync(bob, club.General, question.Id)).Expect(201);
        Assert.Equal(("reply", question.Id), (reply["type"].GetString(), reply["reply_to"].GetString()));
        var referenced = reply["referenced_message"];
        Assert.Equal((question.Id, "e4 or d4?", club.Owner.Id), (referenced.GetProperty("id").GetString(), referenced.GetProperty("content").GetString(), referenced.GetProperty("author").GetProperty("id").GetString()));
        // One level is enough, and who likes the question stands at the question.
        Assert.Empty(referenced.GetProperty("reactions").EnumerateArray());

        AssertSame(reply.Body, (await socket.ReceiveAsync("MESSAGE_CREATE")).D);
        AssertSame(reply.Body, (await bob.GetAsync($"channels/{club.General}/messages/{reply.Id}")).Expect(200).Body);
        AssertSame(reply.Body, (await bob.GetAsync($"channels/{club.General}/messages")).Expect(200).Items[0]);

        var further = (await ReplyAsync(club.Owner, club.General, reply.Id)).Expect(201);
        Assert.Equal(question.Id, further["referenced_message"].GetProperty("reply_to").GetString());
        Assert.Equal(JsonValueKind.Null, further["referenced_message"].GetProperty("referenced_message").ValueKind);
    }

    [Fact]
    public async Task reply_to_what_was_deleted_since_refers_to_nothing()
    {
        var club = await Community.FoundAsync(_host);
        var question = await club.Owner.SayAsync(club.General, "e4 or d4?");
        var reply = (await ReplyAsync(club.Owner, club.General, question.Id)).Expect(201);
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{question.Id}")).Expect(204);
        foreach (var message in (JsonElement[])
        [
            (await club.Owner.GetAsync($"channels/{club.General}/messages/{reply.Id}")).Expect(200).Body,
            Assert.Single((await club.Owner.GetAsync($"channels/{club.General}/messages")).Expect(200).Items),
            (await club.Owner.PatchAsync($"channels/{club.General}/messages/{reply.Id}", """{"content":"neither"}""")).Expect(200).Body,
        ])
        {
            Assert.Equal(("reply", question.Id), (message.GetProperty("type").GetString(), message.GetProperty("reply_to").GetString()));
            Assert.Equal(JsonValueKind.Null, message.GetProperty("referenced_message").ValueKind);
        }
    }

    [Fact]
    public async Task reply_to_no_message_of_the_channel_is_refused()
    {
        var club = await Community.FoundAsync(_host);
        var elsewhere = await club.Owner.SayAsync(await club.ChannelAsync("other"), "elsewhere");
        var deleted = await club.Owner.SayAsync(club.General, "oops");
        (await club.Owner.DeleteAsync($"channels/{club.General}/messages/{deleted.Id}")).Expect(204);
        foreach (var id in (string[])[elsewhere.Id, deleted.Id, "0192a0c0-0000-7000-8000-000000000000", club.Id, "yesterday"])
        {
            var answer = await ReplyAsync(club.Owner, club.General, id);
            answer.ExpectRefusal(400, "invalid_body");
            Assert.Equal(["reply_to"], answer.Fields);
        }

        Assert.Empty(await club.Owner.HistoryAsync(club.General));
        Assert.Equal("default", (await club.Owner.PostAsync($"channels/{club.General}/messages", """{"content":"x","reply_to":null}""")).Expect(201)["type"].GetString());
    }

    [Fact]
    public async Task repeated_nonce_answers_the_message_as_it_is_now()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var question = await club.Owner.SayAsync(club.General, "e4 or d4?");
        var reply = (await ReplyAsync(club.Owner, club.General, question.Id, "n")).Expect(201);
        (await bob.PutAsync($"channels/{club.General}/messages/{reply.Id}/reactions/{Uri.EscapeDataString("🍎")}/@me")).Expect(204);
        (await club.Owner.PutAsync($"channels/{club.General}/pins/{reply.Id}")).Expect(204);
        var now = (await club.Owner.GetAsync($"channels/{club.General}/messages/{reply.Id}")).Expect(200);
        Assert.Equal((1, true), (now["reactions"].GetArrayLength(), now["pinned"].GetBoolean()));
        AssertSame(now.Body, (await ReplyAsync(club.Owner, club.General, question.Id, "n")).Expect(200).Body);
    }

    [Fact]
    public async Task edited_reply_keeps_its_reference()
    {
        var club = await Community.FoundAsync(_host);
        var question = await club.Owner.SayAsync(club.General, "e4 or d4?");
        var reply = (await ReplyAsync(club.Owner, club.General, question.Id)).Expect(201);
        await using var socket = await GatewayClient.IdentifiedAsync(_host, club.Owner);
        var edited = (await club.Owner.PatchAsync($"channels/{club.General}/messages/{reply.Id}", """{"content":"c4"}""")).Expect(200);
        Assert.Equal(("reply", question.Id, "e4 or d4?"), (edited["type"].GetString(), edited["reply_to"].GetString(), edited["referenced_message"].GetProperty("content").GetString()));
        AssertSame(edited.Body, (await socket.ReceiveAsync("MESSAGE_UPDATE")).D);
        AssertSame(edited.Body, (await club.Owner.GetAsync($"channels/{club.General}/messages/{reply.Id}")).Expect(200).Body);
    }

    private static Task<Answer> ReplyAsync(Person person, string channel, string to, string? nonce = null) =>
        person.PostAsync($"channels/{channel}/messages", $$"""{"content":"d4","reply_to":"{{to}}","nonce":{{(nonce is null ? "null" : $"\"{nonce}\"")}}}""");

    private static void AssertSame(JsonElement expected, JsonElement actual) => Assert.True(JsonElement.DeepEquals(expected, actual), $"{expected.GetRawText()}\n{actual.GetRawText()}");

    [Fact]
    public async Task a_reply_shows_nothing_to_who_may_not_read_the_history()
    {
        var club = await Community.FoundAsync(_host);
        var newcomer = await club.MemberAsync();
        var original = (await club.Owner.SayAsync(club.General, "before their time")).Id;
        await using var client = await GatewayClient.IdentifiedAsync(_host, newcomer);
        string Reply(string content) => $$"""{"content":"{{content}}","reply_to":"{{original}}"}""";
        var own = (await newcomer.PostAsync($"channels/{club.General}/messages", """{"content":"while I could","reply_to":"ID","nonce":"n"}""".Replace("ID", original, StringComparison.Ordinal))).Expect(201).Id;

        await club.WithholdAsync(Permissions.ReadMessageHistory);
        (await newcomer.PostAsync($"channels/{club.General}/messages", Reply("what was that?"))).ExpectRefusal(403, "missing_permissions");
        Assert.Equal(JsonValueKind.Null, (await newcomer.PatchAsync($"channels/{club.General}/messages/{own}", """{"content":"no more"}""")).Expect(200)["referenced_message"].ValueKind);
        Assert.Equal(
            JsonValueKind.Null,
            (await newcomer.PostAsync($"channels/{club.General}/messages", """{"content":"again","nonce":"n"}""")).Expect(200)["referenced_message"].ValueKind);
        (await club.Owner.PostAsync($"channels/{club.General}/messages", Reply("as I said"))).Expect(201);
        var frames = await client.UntilAsync(frame => frame.Content == "as I said");
        Assert.Equal(JsonValueKind.Null, frames[^1].D.GetProperty("referenced_message").ValueKind);
        Assert.Equal(JsonValueKind.Null, frames.Last(frame => frame.Is("MESSAGE_UPDATE")).D.GetProperty("referenced_message").ValueKind);

        await club.GrantAsync(Permissions.ReadMessageHistory);
        (await newcomer.PostAsync($"channels/{club.General}/messages", Reply("there"))).Expect(201);
        Assert.Equal("before their time", (await client.UntilAsync(frame => frame.Content == "there"))[^1].D.GetProperty("referenced_message").GetProperty("content").GetString());
    }
}
