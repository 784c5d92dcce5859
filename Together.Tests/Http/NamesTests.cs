using System.Text.Json;
using Together.Protocol;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Http;

public sealed class NamesTests(SharedHost shared) : IClassFixture<SharedHost>
{
    /// <summary>As JSON: RIGHT-TO-LEFT OVERRIDE.</summary>
    private const string Turned = "\"gpj\\u202Eexe\"";

    [Fact]
    public async Task name_that_turns_the_text_around_it_is_refused_by_its_field()
    {
        var club = await Community.FoundAsync(shared.Host);
        await club.GrantAsync(Permissions.ChangeNickname);
        var (bob, role) = (await club.MemberAsync("bob"), await club.RoleAsync("role"));
        var name = $$"""{"name":{{Turned}}}""";
        var nickname = $$"""{"nickname":{{Turned}}}""";
        Answer[] answers =
        [
            await bob.PostAsync("servers", name),
            await club.Owner.PatchAsync($"servers/{club.Id}", name),
            await club.Owner.PostAsync($"servers/{club.Id}/channels", name),
            await club.Owner.PatchAsync($"channels/{club.General}", name),
            await club.Owner.PostAsync($"servers/{club.Id}/roles", name),
            await club.Owner.PatchAsync($"servers/{club.Id}/roles/{role}", name),
            await club.Owner.PatchAsync($"servers/{club.Id}/members/{bob.Id}", nickname),
            await bob.PatchAsync($"servers/{club.Id}/members/@me", nickname),
        ];
        Assert.All(answers, answer => answer.ExpectRefusal(400, "invalid_body"));
        Assert.Equal(["name", "name", "name", "name", "name", "name", "nickname", "nickname"], answers.Select(answer => Assert.Single(answer.Fields)));
    }

    [Fact]
    public async Task message_that_turns_its_text_is_kept_as_it_was_sent()
    {
        var club = await Community.FoundAsync(shared.Host);
        var content = JsonSerializer.Deserialize<string>(Turned)!;
        var message = await club.Owner.SayAsync(club.General, "before");
        (await club.Owner.PatchAsync($"channels/{club.General}/messages/{message.Id}", $$"""{"content":{{Turned}}}""")).Expect(200);
        await club.Owner.SayAsync(club.General, content);
        Assert.Equal([content, content], await club.Owner.HistoryAsync(club.General));
    }

    [Fact]
    public async Task message_that_floods_the_lines_of_others_is_refused()
    {
        var club = await Community.FoundAsync(shared.Host);
        var message = await club.Owner.SayAsync(club.General, "before");
        var flood = $$"""{"content":{{Person.Json("e" + new string('\u0301', 31))}}}""";
        foreach (var answer in (Answer[])[await club.Owner.PostAsync($"channels/{club.General}/messages", flood), await club.Owner.PatchAsync($"channels/{club.General}/messages/{message.Id}", flood)])
        {
            answer.ExpectRefusal(400, "invalid_body");
            Assert.Equal(["content"], answer.Fields);
        }

        Assert.Equal(["before"], await club.Owner.HistoryAsync(club.General));
    }
}
