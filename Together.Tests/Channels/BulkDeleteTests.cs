using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Channels;

public sealed class BulkDeleteTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly TestHost _host = shared.Host;

    [Fact]
    public async Task what_is_there_goes_in_one_event_and_with_one_entry_in_the_audit_log()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var ids = new List<string>();
        for (var i = 0; i < 4; i++) ids.Add((await bob.SayAsync(club.General, $"{i}")).Id);
        var elsewhere = await club.ChannelAsync("other");
        var other = await bob.SayAsync(elsewhere, "elsewhere");
        (await bob.DeleteAsync($"channels/{club.General}/messages/{ids[3]}")).Expect(204);
        await using var socket = await GatewayClient.IdentifiedAsync(_host, bob);

        (await club.Owner.Because("spam").PostAsync($"channels/{club.General}/messages/bulk-delete", Body(ids[2], ids[0], ids[0], ids[3], other.Id, club.Id))).Expect(204);
        await bob.SayAsync(club.General, "behind");
        var frame = Assert.Single(await socket.BeforeAsync("behind"));
        Assert.Equal("MESSAGE_DELETE_BULK", frame.T);
        Assert.Equal($$"""{"ids":["{{ids[0]}}","{{ids[2]}}"],"channel_id":"{{club.General}}","server_id":"{{club.Id}}"}""", frame.D.GetRawText());
        Assert.Equal(["behind", "1"], await bob.HistoryAsync(club.General));
        Assert.Equal(["elsewhere"], await bob.HistoryAsync(elsewhere));

        var entry = (await club.Owner.GetAsync($"servers/{club.Id}/audit-log?action=message_bulk_delete")).Expect(200)["entries"].EnumerateArray().Single();
        Assert.Equal(
            (club.Owner.Id, club.General, "spam"), (entry.GetProperty("actor_id").GetString(), entry.GetProperty("target_id").GetString(), entry.GetProperty("reason").GetString()));
        Assert.Contains(ids[2], entry.GetProperty("changes").GetRawText(), StringComparison.Ordinal);

        // Nothing left to delete is no error, and nothing that anybody is told.
        (await club.Owner.PostAsync($"channels/{club.General}/messages/bulk-delete", Body(ids[2], ids[0]))).Expect(204);
        await bob.SayAsync(club.General, "further behind");
        Assert.Empty(await socket.BeforeAsync("further behind"));
    }

    [Fact]
    public async Task hundred_go_at_once()
    {
        var club = await Community.FoundAsync(_host);
        var messages = await Task.WhenAll(Enumerable.Range(0, 101).Select(i => club.Owner.SayAsync(club.General, $"{i}")));
        string[] ids = [.. messages.Select(message => message.Id).Order(StringComparer.Ordinal)];
        (await club.Owner.PostAsync($"channels/{club.General}/messages/bulk-delete", Body(ids[..100]))).Expect(204);
        Assert.Equal([ids[100]], (await club.Owner.GetAsync($"channels/{club.General}/messages?limit=100")).Expect(200).Ids);
    }

    [Theory]
    [InlineData("{}", "ids")]
    [InlineData("""{"ids":null}""", "ids")]
    [InlineData("""{"ids":[]}""", "ids")]
    [InlineData("""{"ids":"0192a0c0-0000-7000-8000-000000000000"}""", "ids")]
    [InlineData("""{"ids":["yesterday"]}""", "ids[0]")]
    [InlineData("""{"ids":[null]}""", "ids[0]")]
    public async Task bad_list_is_refused_by_name(string body, string field)
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.PostAsync($"channels/{club.General}/messages/bulk-delete", body);
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task hundred_and_one_are_too_many()
    {
        var club = await Community.FoundAsync(_host);
        var answer = await club.Owner.PostAsync($"channels/{club.General}/messages/bulk-delete", Body([.. Enumerable.Range(0, 101).Select(i => $"0192a0c0-0000-7000-8000-{i:D12}")]));
        answer.ExpectRefusal(400, "invalid_body");
        Assert.Equal(["ids"], answer.Fields);
    }

    [Fact]
    public async Task deleting_many_needs_manage_messages()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var message = await bob.SayAsync(club.General, "mine");
        (await bob.PostAsync($"channels/{club.General}/messages/bulk-delete", Body(message.Id))).ExpectRefusal(403, "missing_permissions");
        Assert.Equal(["mine"], await bob.HistoryAsync(club.General));
        await club.OverwriteAsync(club.General, bob, allow: Permissions.ManageMessages);
        (await bob.PostAsync($"channels/{club.General}/messages/bulk-delete", Body(message.Id))).Expect(204);
        Assert.Empty(await bob.HistoryAsync(club.General));
    }

    [Fact]
    public async Task moderators_look_at_what_was_deleted_and_others_do_not()
    {
        var club = await Community.FoundAsync(_host);
        var bob = await club.MemberAsync("bob");
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add((await bob.SayAsync(club.General, $"rude {i}")).Id);
        await bob.SayAsync(club.General, "polite");
        (await bob.DeleteAsync($"channels/{club.General}/messages/{ids[1]}")).Expect(204);
        (await club.Owner.PostAsync($"channels/{club.General}/messages/bulk-delete", Body(ids[0], ids[2]))).Expect(204);

        var deleted = (await club.Owner.GetAsync($"channels/{club.General}/messages/deleted")).Expect(200).Items;
        Assert.Equal(
            [("rude 2", ids[2], club.Owner.Id), ("rude 1", ids[1], bob.Id), ("rude 0", ids[0], club.Owner.Id)],
            deleted.Select(entry => (
                entry.GetProperty("message").GetProperty("content").GetString()!, entry.GetProperty("message").GetProperty("id").GetString()!, entry.GetProperty("deleted_by").GetString()!)));
        Assert.All(deleted, entry => Assert.True(entry.GetProperty("deleted_at").GetDateTimeOffset() >= entry.GetProperty("message").GetProperty("created_at").GetDateTimeOffset()));
        Assert.Equal([ids[2], ids[1]], await PageAsync("?limit=2"));
        Assert.Equal([ids[0]], await PageAsync($"?limit=2&before={ids[1]}"));
        (await club.Owner.GetAsync($"channels/{club.General}/messages/deleted?limit=0")).ExpectRefusal(400, "invalid_query");

        (await bob.GetAsync($"channels/{club.General}/messages/deleted")).ExpectRefusal(403, "missing_permissions");
        await club.OverwriteAsync(club.General, bob, allow: Permissions.ManageMessages, deny: Permissions.ReadMessageHistory);
        (await bob.GetAsync($"channels/{club.General}/messages/deleted")).ExpectRefusal(403, "missing_permissions");

        async Task<List<string>> PageAsync(string query) =>
            [.. (await club.Owner.GetAsync($"channels/{club.General}/messages/deleted{query}")).Expect(200).Items.Select(entry => entry.GetProperty("message").GetProperty("id").GetString()!)];
    }

    private static string Body(params string[] ids) => $$"""{"ids":[{{string.Join(',', ids.Select(id => $"\"{id}\""))}}]}""";
}
